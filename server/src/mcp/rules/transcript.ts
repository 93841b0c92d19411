// A conversation's transcript as Markdown. Pure.

interface Item {
  type: string
  role?: string
  content?: string[]
  interrupted?: boolean
  author?: { name?: string | null } | null
  name?: string
  arguments?: unknown
  output?: unknown
  is_error?: boolean
  created_at?: string
}

interface Conversation {
  id?: unknown
  channel?: unknown
  status?: unknown
  created_at?: unknown
  conversation?: { items: Item[]; next_position?: number }
}

const speakers: Record<string, string> = { user: 'End user', assistant: 'Agent', system: 'System' }
const code_characters = 2000

/** Null: the caller does not see it. What somebody said is quoted, so that it cannot pass for a heading of this text. */
export function writeTranscript(record: Readonly<Record<string, unknown>>): string | null {
  const { id, channel, status, created_at, conversation } = record as Conversation
  if (conversation === undefined) return null
  const head = `# Conversation ${String(id)}\n\n${String(channel)}, ${String(status)}, created ${String(created_at)}\n`
  const parts = conversation.items.map(writeItem).filter(Boolean)
  const rest = conversation.next_position === undefined ? [] : ['The rest is not shown: it is too long.']
  return [head, ...parts, ...rest].join('\n\n').replaceAll(/\n{3,}/g, '\n\n')
}

function writeItem({
  type,
  role = '',
  content = [],
  interrupted,
  author,
  name,
  output,
  is_error,
  ...item
}: Item): string {
  if (type === 'message') {
    const who = author?.name ?? speakers[role] ?? role
    return `**${inLine(who)}**${interrupted ? ' (interrupted)' : ''}\n\n${quote(content.join('\n\n'))}`
  }
  if (type === 'function_call') return `**Tool call** \`${inLine(name ?? '')}\`\n\n${quote(asText(item.arguments))}`
  if (type === 'function_call_output')
    return `**Tool result**${is_error ? ' (error)' : ''}\n\n${quote(asText(output).slice(0, code_characters))}`
  return ''
}

const asText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
const quote = (text: string) => text.replaceAll(/^/gm, '> ')
const inLine = (text: string) => text.replaceAll(/[\n\r`*]/g, ' ')
