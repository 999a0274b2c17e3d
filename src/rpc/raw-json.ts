/** A result whose JSON text is ready; it goes on the wire as it is. */
export class RawJson {
  readonly text: JsonText

  constructor(text: JsonText) {
    this.text = text
  }
}

/** Bytes are ASCII: long answers are made as such, so that nobody has to encode them again. */
export type JsonText = string | Buffer
