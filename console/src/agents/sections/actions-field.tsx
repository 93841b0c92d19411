// The actions of a tool, in order, each with the fields of its kind.
import { httpMethods, voiceActionTypes } from '@parley/contract'
import { agentTexts } from '../texts.ts'
import type { JsonObject, Path } from '../document.ts'
import { ChoiceField, LongTextField, NumberField, TextField } from '../fields/basic-fields.tsx'
import { ListField } from '../fields/list-field.tsx'
import { RecordField } from '../fields/record-field.tsx'
import { JsonField } from '../fields/written-fields.tsx'
import { Row } from './group.tsx'

const words = agentTexts.abilities.actions

const usual = ['http', 'play_message', 'knowledge_base', 'workflow'] as const
const kinds = [
  ...usual.map((kind) => [kind, words.kinds[kind]] as const),
  ...voiceActionTypes.map((kind) => [kind, words.byVoice(kind)] as const),
]

export function ActionsField({ path, label, hint }: { path: Path; label: string; hint: string }) {
  return (
    <div className="flex flex-col gap-1.5">
      <h4 className="font-medium">{label}</h4>
      <ListField
        path={path}
        thing={words.thing}
        add={words.add}
        hint={hint}
        most={20}
        make={() => ({ type: 'http', url: '' })}
        title={({ type }) => kinds.find(([kind]) => kind === type)?.[1] ?? String(type ?? '')}
        note={noteOf}
        render={(place, action) => <Action path={place} action={action} />}
      />
    </div>
  )
}

function noteOf({ method, url, message, dataset_id, workflow_id }: JsonObject): string {
  const said = message ?? dataset_id ?? workflow_id
  return typeof url === 'string'
    ? `${typeof method === 'string' ? method : 'GET'} ${url}`
    : typeof said === 'string'
      ? said
      : ''
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
          maxLength={4000}
        />
      </Row>
      <OwnFields path={path} kind={action['type']} />
    </>
  )
}

function OwnFields({ path, kind }: { path: Path; kind: unknown }) {
  switch (kind) {
    case 'http':
      return <HttpFields path={path} />
    case 'play_message':
      return <LongTextField path={[...path, 'message']} label={words.message} rows={2} maxLength={32_000} />
    case 'knowledge_base':
      return (
        <Row>
          <TextField path={[...path, 'dataset_id']} label={words.dataset} keepsEmpty maxLength={200} />
          <TextField path={[...path, 'query']} label={words.search} isCode maxLength={20_000} />
          <NumberField path={[...path, 'top_n']} label={words.topN} />
        </Row>
      )
    case 'workflow':
      return (
        <>
          <Row>
            <TextField path={[...path, 'workflow_id']} label={words.workflow} keepsEmpty maxLength={200} />
            <TextField path={[...path, 'workflow_version']} label={words.workflowVersion} maxLength={200} />
          </Row>
          <JsonField path={[...path, 'input']} label={words.input} isObjectOnly />
        </>
      )
    default:
      return <JsonField path={path} label={words.whole} hint={words.wholeHint} isObjectOnly />
  }
}

function HttpFields({ path }: { path: Path }) {
  return (
    <>
      <div className="grid gap-3 wide:grid-cols-[7rem_minmax(0,1fr)]">
        <ChoiceField
          path={[...path, 'method']}
          label={words.method}
          unset="GET"
          options={httpMethods.filter((method) => method !== 'GET').map((method) => [method, method])}
        />
        <TextField path={[...path, 'url']} label={words.url} isCode keepsEmpty maxLength={8000} />
      </div>
      <RecordField
        path={[...path, 'headers']}
        label={agentTexts.abilities.headers}
        hint={agentTexts.abilities.secretsHint}
      />
      <RecordField path={[...path, 'query']} label={words.query} />
      <JsonField path={[...path, 'body']} label={words.body} hint={words.bodyHint} rows={3} />
      <Row>
        <NumberField path={[...path, 'timeout_ms']} label={words.timeout} hint={words.timeoutHint} />
        <NumberField path={[...path, 'retries']} label={words.retries} placeholder="0" />
        <TextField path={[...path, 'save_as']} label={words.saveAs} hint={words.saveAsHint} isCode maxLength={64} />
      </Row>
    </>
  )
}
