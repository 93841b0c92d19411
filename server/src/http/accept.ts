// Whether a caller takes server-sent events: only who names them does, and does not say `q=0`.
const type = 'text/event-stream'

export function acceptsEventStream(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some(isWanted)
}

function isWanted(range: string): boolean {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  return name === type && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter))
}
