// What a caller accepts: only what it names and does not refuse with `q=0`.

export function acceptsEventStream(accept: string | undefined): boolean {
  return accepts(accept, 'text/event-stream')
}

/** `header`: a comma-separated list of types, encodings or similar. */
export function accepts(header: string | undefined, name: string): boolean {
  return (header ?? '').split(',').some((range) => isWanted(range, name))
}

function isWanted(range: string, wanted: string): boolean {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  return name === wanted && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter))
}
