// What a terminal is shown of texts that others wrote.

/** Without what would steer the terminal or turn the reading around: `\u001b` is shown as such. */
export function showControls(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
