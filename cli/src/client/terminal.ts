// Makes texts that others wrote safe to print on a terminal.

/** Escapes characters that control the terminal or reverse the direction of text: `\u001b` is printed as such. */
export function showControls(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
