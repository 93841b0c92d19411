// What `parley org`, `user`, `token` and `key` list: a table, or with `--json` one object on each line.
import { print, printJson, renderTable, tell } from '../client/output.ts'
import type { Surroundings } from '../surroundings.ts'
import { loadServer, withDatabase } from './server.ts'

interface Columns<Row> {
  heading: string[]
  cellsOf(row: Row): string[]
}

type Rows<Row> = Iterable<Row> | AsyncIterable<Row>

async function show<Row>(rows: Rows<Row>, { heading, cellsOf }: Columns<Row>, around: Surroundings): Promise<void> {
  const shown: string[][] = []
  for await (const row of rows) {
    if (around.json) await printJson(around, row)
    else shown.push(cellsOf(row))
  }
  if (around.json) return
  if (shown.length === 0) return tell(around, 'The list is empty.')
  await print(around, renderTable(heading, shown))
}

export async function showOrganizations(around: Surroundings): Promise<void> {
  const { listOrganizations } = await loadServer()
  const organizations = await withDatabase(listOrganizations)
  const heading = ['ID', 'SLUG', 'NAME', 'CREATED']
  await show(
    organizations.map(({ id, slug, name, created_at }) => ({ id, slug, name, created_at })),
    { heading, cellsOf: ({ id, slug, name, created_at }) => [id, slug, name, created_at] },
    around,
  )
}

export async function showMembers(organization: string, around: Surroundings): Promise<void> {
  const { listMembersOf } = await loadServer()
  const columns: Columns<{ user_id: string; email: string; role: string; name: string | null }> = {
    heading: ['ID', 'EMAIL', 'ROLE', 'NAME'],
    cellsOf: ({ user_id, email, role, name }) => [user_id, email, role, name ?? ''],
  }
  await withDatabase((database) => show(listMembersOf(database, organization), columns, around))
}

interface Credential {
  key_id: string
  name: string
  role: string | null
  scopes: readonly string[] | null
  last_used_at: string | null
  expires_at: number | null
}

const powerOf = ({ role, scopes }: Credential) => role ?? scopes?.join(',') ?? ''
const timesOf = ({ last_used_at, expires_at }: Credential) => [
  last_used_at ?? 'never',
  expires_at === null ? 'never' : new Date(expires_at).toISOString(),
]

export async function showKeys(organization: string, around: Surroundings): Promise<void> {
  const { listKeysOf } = await loadServer()
  const columns: Columns<Credential> = {
    heading: ['KEY ID', 'NAME', 'MAY', 'LAST USED', 'EXPIRES'],
    cellsOf: (key) => [key.key_id, key.name, powerOf(key), ...timesOf(key)],
  }
  await withDatabase((database) => show(listKeysOf(database, organization), columns, around))
}

export async function showTokens(email: string, around: Surroundings): Promise<void> {
  const { listTokensOf } = await loadServer()
  const columns: Columns<Credential> = {
    heading: ['KEY ID', 'NAME', 'LAST USED', 'EXPIRES'],
    cellsOf: (token) => [token.key_id, token.name, ...timesOf(token)],
  }
  await withDatabase((database) => show(listTokensOf(database, email), columns, around))
}
