// Reads server-sent events as they arrive, in pieces of any size. Pure; its time is linear in what arrives.

export interface ServerEvent {
  event: string
  /** Absent if the event has no number. */
  id?: string
  data: string
}

/** A line or an event that is longer is not of our server. */
const characters_at_most = 4_194_304

export interface EventReader {
  /** Throws a RangeError if an event is too long. */
  feed(text: string): ServerEvent[]
}

export function createEventReader(): EventReader {
  let pieces: string[] = []
  let held = 0
  let isAfterReturn = false
  let event = ''
  let id: string | undefined
  let data: string[] = []
  let length = 0
  const done: ServerEvent[] = []

  const readLine = (line: string) => {
    if (line === '') {
      if (data.length > 0)
        done.push({ event: event || 'message', data: data.join('\n'), ...(id === undefined ? {} : { id }) })
      event = ''
      id = undefined
      data = []
      length = 0
      return
    }
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'event') event = value
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'data') {
      length += value.length
      data.push(value)
    }
  }

  return {
    feed(text) {
      let start = 0
      for (let at = 0; at < text.length; at += 1) {
        const code = text.charCodeAt(at)
        if (code !== 10 && code !== 13) continue
        // The second half of \r\n.
        if (code === 10 && isAfterReturn && at === start && held === 0) {
          isAfterReturn = false
          start = at + 1
          continue
        }
        readLine(pieces.join('') + text.slice(start, at))
        pieces = []
        held = 0
        isAfterReturn = code === 13
        start = at + 1
      }
      if (start < text.length) {
        isAfterReturn = false
        pieces.push(text.slice(start))
        held += text.length - start
      }
      if (held + length > characters_at_most) throw new RangeError('An event of the stream is too long')
      return done.splice(0)
    },
  }
}
