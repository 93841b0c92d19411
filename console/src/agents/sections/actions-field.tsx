// The actions of a tool, in order, each with the fields of its kind.
import { type ActionDefinition, type FormField, actions, agentBounds } from '@parley/contract'
import { agentTexts } from '../texts.ts'
import type { JsonObject, Path } from '../document.ts'
import { ChoiceField, LongTextField, NumberField, TextField } from '../fields/basic-fields.tsx'
import { DatasetField } from '../fields/dataset-field.tsx'
import { ListField } from '../fields/list-field.tsx'
import { RecordField } from '../fields/record-field.tsx'
import { JsonField } from '../fields/written-fields.tsx'
import { Row } from './group.tsx'

const words = agentTexts.abilities.actions

/** What a field is called, and what there is to know about it; one without words is called by its name. */
const fieldWords: Record<string, Record<string, { label: string; hint?: string }>> = {
  http: {
    method: { label: words.method },
    url: { label: words.url },
    headers: { label: agentTexts.abilities.headers, hint: agentTexts.abilities.secretsHint },
    query: { label: words.query },
    body: { label: words.body, hint: words.bodyHint },
    timeout_ms: { label: words.timeout, hint: words.timeoutHint },
    retries: { label: words.retries },
    save_as: { label: words.saveAs, hint: words.saveAsHint },
  },
  play_message: { message: { label: words.message } },
  knowledge_base: {
    dataset_id: { label: words.dataset },
    dataset_ids: { label: words.datasets, hint: words.datasetsHint },
    query: { label: words.search, hint: words.searchHint },
    top_n: { label: words.topN },
    min_score: { label: words.minScore },
    save_as: { label: words.saveAs, hint: words.passagesAs },
  },
  workflow: {
    workflow_id: { label: words.workflow },
    workflow_version: { label: words.workflowVersion },
    input: { label: words.input },
  },
}

const findAction = (type: unknown) => actions.find(({ types }) => types.some((one) => one === type))
const plainName = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ')
const kindWords: Record<string, string> = words.kinds

const kinds = actions.flatMap(({ types }) =>
  types.map((type) => [type, kindWords[type] ?? (types.length > 1 ? words.byVoice(type) : plainName(type))] as const),
)

export function ActionsField({ path, label, hint }: { path: Path; label: string; hint: string }) {
  return (
    <div className="flex flex-col gap-1.5">
      <h4 className="font-medium">{label}</h4>
      <ListField
        path={path}
        thing={words.thing}
        add={words.add}
        hint={hint}
        most={agentBounds.tool.actions}
        make={() => ({ type: 'http', url: '' })}
        title={({ type }) => kinds.find(([kind]) => kind === type)?.[1] ?? String(type ?? '')}
        note={noteOf}
        render={(place, action) => <Action path={place} action={action} />}
      />
    </div>
  )
}

/** The first field that an action cannot be without, and what stands before it; if it needs none, its first field. */
function noteOf(action: JsonObject): string {
  const definition = findAction(action['type'])
  const first = Math.max(0, definition?.form.findIndex(({ field }) => isRequired(definition, field)) ?? -1)
  const fields = definition?.form.slice(0, first + 1) ?? []
  if (typeof action[fields.at(-1)?.field ?? ''] !== 'string') return ''
  return fields.map(({ field, unset }) => action[field] ?? unset ?? '').join(' ')
}

function Action({ path, action }: { path: Path; action: JsonObject }) {
  return (
    <>
      <Row>
        <ChoiceField path={[...path, 'type']} label={words.kind} options={kinds} />
        <TextField
          path={[...path, 'condition']}
          label={words.condition}
          placeholder={words.conditionExample}
          isCode
          maxLength={agentBounds.tool.condition}
        />
      </Row>
      <OwnFields path={path} definition={findAction(action['type'])} />
    </>
  )
}

interface OwnFieldsProps {
  path: Path
  definition: ActionDefinition | undefined
}

function OwnFields({ path, definition }: OwnFieldsProps) {
  if (!definition || definition.form.length === 0)
    return <JsonField path={path} label={words.whole} hint={words.wholeHint} isObjectOnly />
  return rowsOf(definition.form).map((fields) => {
    const [first] = fields
    const shown = fields.map((field) => <OwnField key={field.field} path={path} definition={definition} of={field} />)
    if (isWide(first!)) return shown
    if (first!.as !== 'choice') return <Row key={first!.field}>{shown}</Row>
    return (
      <div key={first!.field} className="grid gap-3 wide:grid-cols-[7rem_minmax(0,1fr)]">
        {shown}
      </div>
    )
  })
}

const isWide = ({ as }: FormField) => as === 'record' || as === 'json' || as === 'long_text'

/** Narrow fields that follow each other stand side by side. */
function rowsOf(form: readonly FormField[]): FormField[][] {
  const rows: FormField[][] = []
  for (const field of form) {
    const row = rows.at(-1)
    if (row && !isWide(field) && !isWide(row[0]!)) row.push(field)
    else rows.push([field])
  }
  return rows
}

/** What the console reads of a field's schema. */
interface FieldSchema {
  type?: string | string[]
  enum?: unknown[]
  maxLength?: number
}

function isRequired({ schema }: ActionDefinition, field: string): boolean {
  return (schema.required ?? []).includes(field)
}

interface OwnFieldProps {
  path: Path
  definition: ActionDefinition
  of: FormField
}

function OwnField({ path: place, definition, of: { field, as, unset } }: OwnFieldProps) {
  const path = [...place, field]
  const { label, hint } = fieldWords[definition.types[0]!]?.[field] ?? { label: plainName(field), hint: undefined }
  const schema = definition.schema.properties[field] as FieldSchema
  const shared = { path, label, hint }
  const bounds = schema.maxLength === undefined ? {} : { maxLength: schema.maxLength }
  const text = { ...shared, ...bounds, keepsEmpty: isRequired(definition, field) }
  switch (as) {
    case 'choice': {
      const options = (schema.enum ?? []).filter((value) => typeof value === 'string' && value !== unset) as string[]
      return <ChoiceField {...shared} {...(unset ? { unset } : {})} options={options.map((value) => [value, value])} />
    }
    case 'text':
      return field === 'dataset_id' ? <DatasetField {...shared} /> : <TextField {...text} />
    case 'code':
      return <TextField {...text} isCode />
    case 'long_text':
      return <LongTextField {...shared} {...bounds} rows={2} />
    case 'number':
      return <NumberField {...shared} placeholder={unset ?? ''} />
    case 'record':
      return <RecordField {...shared} />
    case 'json':
      return <JsonField {...shared} rows={3} isObjectOnly={[schema.type].flat().includes('object')} />
  }
}
