/** A WebSocket connection as methods see it. */
export interface Connection {
  /** Sends a JSON text. What does not fit in the buffer of a slow client ends the connection. */
  send(text: string): void
  /** Filters and subscriptions that end with the connection: id to how to end it. */
  readonly owned: Map<string, () => void>
}
