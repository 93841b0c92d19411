// What the model says in the current step of an attempt. Readers are shown it through the conversation's redactor, as it arrives.
import { rewriteMessages } from '../base/error-messages.ts'
import type { RedactingStream, TextRedactor } from '../redaction/rules/redaction.ts'

export class Speech {
  readonly #redactor: TextRedactor | null
  #stream: RedactingStream | null = null
  #text = ''
  #released = ''

  /** Null: everything may be kept. */
  constructor(redactor: TextRedactor | null = null) {
    this.#redactor = redactor
    this.beginStep()
  }

  /** As the model says it. */
  get text(): string {
    return this.#text
  }

  /** The part of it that is certain: what may be stored if it ends here. What is held back could be half of a number. */
  get released(): string {
    return this.#redactor ? this.#released : this.#text
  }

  beginStep(): void {
    this.#text = ''
    this.#released = ''
    this.#stream = this.#redactor?.begin() ?? null
  }

  /** Returns what can be shown now. The rest is shown later, at the latest with the stored text. */
  say(text: string): string {
    this.#text += text
    if (!this.#stream) return text
    const released = this.#stream.push(text)
    this.#released += released
    return released
  }

  redact(text: string): string {
    return this.#redactor?.redactText(text) ?? text
  }

  /** The error, for the log. */
  redactError(error: unknown): unknown {
    if (this.#redactor) rewriteMessages(error, (text) => this.redact(text))
    return error
  }
}
