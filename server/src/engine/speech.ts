// What the model says in the current step of an attempt. Readers are shown it through the conversation's redactor, as it arrives.
import { rewriteMessages } from '../base/error-messages.ts'
import type { RedactingStream, TextRedactor } from '../redaction/rules/redaction.ts'

export class Speech {
  readonly #redactor: TextRedactor | null
  #stream: RedactingStream | null = null
  #text = ''

  /** Null: everything may be kept. */
  constructor(redactor: TextRedactor | null = null) {
    this.#redactor = redactor
    this.beginStep()
  }

  /** As the model says it. */
  get text(): string {
    return this.#text
  }

  beginStep(): void {
    this.#text = ''
    this.#stream = this.#redactor?.begin() ?? null
  }

  /** Returns what can be shown now. The rest is shown later, at the latest with the stored text. */
  say(text: string): string {
    this.#text += text
    return this.#stream?.push(text) ?? text
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
