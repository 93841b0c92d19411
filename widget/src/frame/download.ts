// The transcript as a text file, at most 5 MiB.
import type { View } from '../course/view.ts'
import type { Say } from '../texts/texts.ts'

const characters_at_most = 5 * 1_048_576

export function describeTranscript(
  view: View,
  { agent, say, locale }: { agent: string; say: Say; locale: string },
): string {
  const lines: string[] = []
  let length = 0
  for (const item of view.items) {
    if (item.kind !== 'message') continue
    const who = item.role === 'user' ? say('you') : (item.name ?? agent)
    const line = `${new Date(item.at).toLocaleString(locale)} ${who}:\n${item.text}\n`
    // A character takes up to three bytes.
    length += line.length * 3
    if (length > characters_at_most) {
      lines.push(say('download_cut'))
      break
    }
    lines.push(line)
  }
  return lines.join('\n')
}

export function downloadTranscript(view: View, words: { agent: string; say: Say; locale: string }): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([describeTranscript(view, words)], { type: 'text/plain;charset=utf-8' }))
  link.download = 'chat.txt'
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
