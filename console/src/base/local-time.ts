// Times for the date fields of a browser: local time, without a zone. Pure but for the zone.
export function toLocal(timestamp: string | undefined): string {
  if (timestamp === undefined) return ''
  const date = new Date(timestamp)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

export function fromLocal(text: string): string | undefined {
  return text === '' ? undefined : new Date(text).toISOString()
}
