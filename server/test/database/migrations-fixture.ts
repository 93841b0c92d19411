// Migrations of a release that comes after this one, on a database that this one uses.
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'

const own_folder = join(import.meta.dirname, '..', '..', 'src', 'database', 'migrations')

export interface MigrationsFolder extends AsyncDisposable {
  folder: string
  add(files: Record<string, string>): Promise<void>
}

/** This release's, or those of them that are `kept`, and these, by name. */
export async function migrationsWith(
  files: Record<string, string>,
  isKept: (name: string) => boolean = () => true,
): Promise<MigrationsFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-migrations-'))
  const own = (await readdir(own_folder)).filter(isKept)
  for (const name of own) await symlink(join(own_folder, name), join(folder, name))
  const add: MigrationsFolder['add'] = async (added) => {
    for (const [name, text] of Object.entries(added)) await writeFile(join(folder, `${name}.sql`), text)
  }
  await add(files)
  return { folder, add, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/** One of each kind that a start runs. */
export const nextRelease = {
  '901-columns': `-- A column with a constraint.
alter table agents add column colour text default 'blue; or "red"';
alter table agents add constraint agents_colour_check check (colour <> '') not valid;
create function colour_of(agent agents) returns text language plpgsql as $$
begin
  return agent.colour; -- nothing; else
end $$;`,
  '902-index.concurrent':
    '-- Lists.\ncreate index concurrently agents_by_colour on agents (organization_id, colour);\n',
  '903-table': `create table colours ( -- stored with the organization
  name text primary key
);
insert into colours values ('blue');`,
  '904-fill.backfill': `-- Colours of before.
with batch as (
  select id from agents where id > coalesce($after::uuid, '00000000-0000-0000-0000-000000000000') order by id limit $most
), filled as (
  update agents a set colour = 'green' from batch where a.id = batch.id returning a.id
)
select (select max(id::text) from batch) as after, (select count(*) from filled)::integer as rows`,
}

/** What a start never runs. */
export const removal = { '905-old.contract': 'alter table agents drop column is_demo;' }

const catalogue = `
  select format('column %s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           pg_get_expr(d.adbin, d.adrelid)) as line
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
  union all select format('index %s %s', pg_get_indexdef(i.indexrelid), i.indisvalid) from pg_index i
    join pg_class c on c.oid = i.indrelid where c.relnamespace = current_schema()::regnamespace
  union all select format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
    where connamespace = current_schema()::regnamespace and conrelid <> 0
  union all select format('trigger %s %s', pg_get_triggerdef(t.oid), t.tgenabled) from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = current_schema()::regnamespace and not t.tgisinternal
  union all select format('function %s', pg_get_functiondef(p.oid)) from pg_proc p
    where p.pronamespace = current_schema()::regnamespace and p.prokind = 'f'
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  union all select format('run %s', name) from kysely_migration
  order by line`

/** Everything that migrations make, in lines. */
export async function describeSchema(client: Pick<pg.Client, 'query'>): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(catalogue)
  return rows.map(({ line }) => line)
}
