// Media types: what the name of a file suggests, what a type says of its text. Pure; what a file is, its bytes decide.

const types: Readonly<Record<string, string>> = {
  __proto__: null as never,
  csv: 'text/csv',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  htm: 'text/html',
  html: 'text/html',
  json: 'application/json',
  jsonl: 'application/jsonl',
  md: 'text/markdown',
  pdf: 'application/pdf',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

export function suggestMediaType(name: string): string {
  return types[/\.([^./\\]+)$/.exec(name.trimEnd())?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream'
}

/** Such as `windows-1251` of `text/html; charset=windows-1251`; null: it says nothing. */
export function charsetOf(media_type: string | null): string | null {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(media_type ?? '')
  return charset?.[1]!.toLowerCase() ?? null
}
