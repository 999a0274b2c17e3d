/** What one client may ask of the server. Every number can be configured. */
export interface Limits {
  /** Bytes of one HTTP body or WebSocket message. */
  readonly body: number
  /** Milliseconds within which a request has to arrive as a whole. */
  readonly arrival: number
  /** Requests of one batch. */
  readonly batch: number
  /** Milliseconds after which a batch's unfinished requests are answered with an error. */
  readonly batchDeadline: number
  /** Depth of nested JSON arrays and objects. */
  readonly nesting: number
  /** Members of all JSON objects of a request together. */
  readonly members: number
  /** Bytes of a batch's answer. */
  readonly response: number
  /** Heights that a log query may span; Infinity: no limit. */
  readonly logRange: number
  /** Logs that a query over more than one tipset may answer. */
  readonly logResults: number
  /** Addresses, and topics per position, of one log filter. */
  readonly logAlternatives: number
  /** Traces that one query over a range may answer. */
  readonly traceResults: number
  /** Filters of all clients together. */
  readonly filters: number
  /** Filters and subscriptions of one WebSocket connection. */
  readonly filtersPerConnection: number
  /** Milliseconds without a poll after which a filter is forgotten. */
  readonly filterTimeout: number
  /** Bytes that may wait for a WebSocket client; sixteen times as many for a short while. */
  readonly websocketBuffer: number
  /** Milliseconds that a WebSocket client has to take what is too much. */
  readonly websocketPatience: number
  /** Requests of one WebSocket connection that may be in work; more wait in the socket. */
  readonly websocketRequests: number
  /** Open TCP connections. */
  readonly connections: number
}

/** The reasons are in `docs/decisions/0011-rpc-limits.md`. */
export const defaultLimits: Limits = {
  body: 1 << 20,
  arrival: 15_000,
  batch: 100,
  batchDeadline: 30_000,
  nesting: 32,
  members: 10_000,
  response: 25_000_000,
  logRange: 2880,
  logResults: 10_000,
  logAlternatives: 1000,
  traceResults: 500,
  filters: 100,
  filtersPerConnection: 20,
  filterTimeout: 300_000,
  websocketBuffer: 1 << 20,
  websocketPatience: 5_000,
  websocketRequests: 100,
  connections: 10_000,
}
