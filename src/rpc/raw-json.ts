/** A result whose JSON text is ready; it goes on the wire as it is. */
export class RawJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
