// How a test is set up: where it begins, with what, and which steps are mocked.
import type { WorkflowExecution } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatFull, formatJson } from '../../base/format.ts'
import { useSession } from '../../session/session-context.ts'
import { readFaults } from '../../settings/faults.ts'
import { Check } from '../../settings/parts.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, Select, TextArea, TextInput } from '../../ui/field.tsx'
import { type JsonObject, type Step, findStep, isEntry, isObject, listOf } from '../definition/definition.ts'
import { inReadingOrder } from '../definition/edit.ts'
import { useEditor } from '../editor/editor-context.ts'
import { parse } from '../editor/fields/json.tsx'
import { runTexts } from '../run/texts.ts'
import { type Effect, type Setup, exampleFor, reachesOut } from './test-setup.ts'
import { testTexts as words } from './texts.ts'

interface Props {
  setup: Setup
  onChange: (setup: Setup) => void
  /** That the payload was refused. */
  error: Error | null
}

export function TestForm({ setup, onChange, error }: Props) {
  const { definition, names } = useEditor()
  const entries = definition.nodes.filter(isEntry)
  const entry = findStep(definition, setup.entry)
  const [round, setRound] = useState(0)
  const put = (more: Partial<Setup>) => onChange({ ...setup, ...more })
  const begin = (more: Partial<Setup>) => {
    put(more)
    setRound(round + 1)
  }
  return (
    <>
      {entries.length > 1 && (
        <Field label={words.entry}>
          <Select
            value={setup.entry}
            onChange={({ target }) =>
              begin({ entry: target.value, payload: exampleFor(findStep(definition, target.value)!) })
            }
          >
            {entries.map(({ id }) => (
              <option key={id} value={id}>
                {names.get(id)}
              </option>
            ))}
          </Select>
        </Field>
      )}
      <PastPayload onChoose={(payload) => begin({ payload })} />
      {entry && (
        <PayloadFields
          key={`${setup.entry} ${round}`}
          entry={entry}
          payload={setup.payload}
          error={error}
          onChange={(payload) => put({ payload })}
        />
      )}
      <Effects setup={setup} onChange={put} />
      <Check label={words.skipWaits} isChecked={setup.skip_waits} onChange={(skip_waits) => put({ skip_waits })} />
      <Field label={words.stopAfter}>
        <Select value={setup.stop_after} onChange={({ target }) => put({ stop_after: target.value })}>
          <option value="">{words.stopNever}</option>
          {inReadingOrder(definition)
            .filter(({ type }) => type !== 'note')
            .map(({ id }) => (
              <option key={id} value={id}>
                {names.get(id)}
              </option>
            ))}
        </Select>
      </Field>
    </>
  )
}

/** What earlier executions began with, tests included. */
function PastPayload({ onChoose }: { onChoose: (payload: JsonObject) => void }) {
  const { workflow_id } = useEditor()
  const { client, scopes } = useSession()
  const { data = [] } = useQuery({
    queryKey: ['workflow-executions', 'payloads', workflow_id],
    queryFn: async ({ signal }) => {
      const read = (is_test: boolean) => client.listWorkflowExecutions({ workflow_id, is_test, limit: 10 }, { signal })
      const [real, tests] = await Promise.all([read(false), read(true)])
      return [...real.data, ...tests.data]
    },
    enabled: scopes.has('workflows:read_sensitive'),
  })
  const choose = async (execution_id: string) => {
    const { input_data } = await client.getWorkflowExecution({ execution_id })
    if (isObject(input_data)) onChoose(input_data)
  }
  if (data.length === 0) return null
  return (
    <Field label={words.past}>
      <Select defaultValue="" onChange={({ target }) => target.value !== '' && void choose(target.value)}>
        <option value="">{words.pastNone}</option>
        {data.map((execution) => (
          <option key={execution.id} value={execution.id}>
            {nameOfPast(execution)}
          </option>
        ))}
      </Select>
    </Field>
  )
}

const nameOfPast = ({ queued_at, is_test, trigger }: WorkflowExecution) =>
  words.pastOf(formatFull(queued_at), is_test ? runTexts.test : runTexts.causes[trigger.type])

interface PayloadProps {
  entry: Step
  payload: JsonObject
  error: Error | null
  onChange: (payload: JsonObject) => void
}

/** A field for each part, or all of it as JSON. */
function PayloadFields({ entry, payload, error, onChange }: PayloadProps) {
  const inputs = entry.type === 'input' ? listOf(entry.config['fields']) : []
  const names = entry.type === 'input' ? inputs.map(({ name }) => String(name ?? '')) : Object.keys(exampleFor(entry))
  const [isJson, setJson] = useState(names.length === 0)
  const { fields } = readFaults(error, ['input_data'])
  const faults = faultsOf(error)
  return (
    <fieldset className="flex min-w-0 flex-col gap-2.5">
      <legend className="mb-1 font-medium">{words.payload}</legend>
      {!isJson &&
        names.map((name) => (
          <OneValue
            key={name}
            name={name}
            type={String(inputs.find((input) => input['name'] === name)?.['type'] ?? 'any')}
            value={payload[name]}
            error={faults.get(name) ?? null}
            onChange={(value) => onChange(withValue(payload, name, value))}
          />
        ))}
      {isJson && <JsonText label={words.json} value={payload} error={fields['input_data']} onChange={onChange} />}
      {names.length > 0 && (
        <Button kind="quiet" className="self-start" aria-pressed={isJson} onClick={() => setJson(!isJson)}>
          {words.asJson}
        </Button>
      )}
    </fieldset>
  )
}

/** By the names of the fields. */
function faultsOf(error: Error | null): ReadonlyMap<string, string> {
  const errors = error && 'errors' in error ? (error.errors as { path: string; message: string }[]) : []
  return new Map(errors.map(({ path, message }) => [path.replace(/^input_data\./, ''), message]))
}

function withValue(payload: JsonObject, name: string, value: unknown): JsonObject {
  const { [name]: _before, ...others } = payload
  return value === undefined ? others : { ...others, [name]: value }
}

interface ValueProps {
  name: string
  type: string
  value: unknown
  error: string | null
  onChange: (value: unknown) => void
}

function OneValue({ name, type, value, error, onChange }: ValueProps) {
  const [text, setText] = useState(value === undefined ? '' : typeof value === 'string' ? value : formatJson(value))
  if (type === 'boolean') {
    return (
      <Field label={name} error={error}>
        <Select
          value={typeof value === 'boolean' ? String(value) : ''}
          onChange={({ target }) => onChange(target.value === '' ? undefined : target.value === 'true')}
        >
          <option value="">{words.unset}</option>
          <option value="true">{words.yes}</option>
          <option value="false">{words.no}</option>
        </Select>
      </Field>
    )
  }
  const isLong = text.includes('\n') || text.length > 60
  const change = (next: string) => {
    setText(next)
    const isText = type === 'string' || (typeof value === 'string' && type === 'any')
    onChange(next === '' ? undefined : isText ? next : (parse(next)?.value ?? next))
  }
  return (
    <Field label={name} error={error}>
      {isLong ? (
        <TextArea rows={3} value={text} onChange={({ target }) => change(target.value)} />
      ) : (
        <TextInput value={text} autoComplete="off" onValueChange={change} />
      )}
    </Field>
  )
}

interface JsonProps {
  label: string
  value: unknown
  error?: string | null | undefined
  onChange: (value: JsonObject) => void
}

function JsonText({ label, value, error, onChange }: JsonProps) {
  const [text, setText] = useState(() => formatJson(value))
  const isWrong = !isObject(parse(text)?.value)
  return (
    <Field label={label} error={isWrong ? words.jsonWrong : error}>
      <TextArea
        rows={6}
        className="font-mono text-xs"
        spellCheck={false}
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          const next = parse(target.value)?.value
          if (isObject(next)) onChange(next)
        }}
      />
    </Field>
  )
}

interface EffectsProps {
  setup: Setup
  onChange: (more: Partial<Setup>) => void
}

function Effects({ setup, onChange }: EffectsProps) {
  const { definition, names } = useEditor()
  const steps = definition.nodes.filter(reachesOut)
  if (steps.length === 0) return null
  const real = steps.filter(({ id }) => setup.effects[id]?.isReal).map(({ id }) => names.get(id)!)
  const put = (id: string, effect: Effect) => onChange({ effects: { ...setup.effects, [id]: effect } })
  return (
    <fieldset className="flex min-w-0 flex-col gap-2.5">
      <legend className="mb-1 font-medium">{words.effects}</legend>
      <p className="text-xs text-faint">{words.effectsHint}</p>
      {steps.map(({ id }) => {
        const effect = setup.effects[id] ?? { isReal: false, mock: { output: {} } }
        return <OneEffect key={id} name={names.get(id)!} effect={effect} onChange={(next) => put(id, next)} />
      })}
      {real.length > 0 && (
        <p role="note" className="rounded-md bg-warn-wash px-3 py-2 text-warn">
          {words.warning(real.join(', '))}
        </p>
      )}
    </fieldset>
  )
}

interface EffectProps {
  name: string
  effect: Effect
  onChange: (effect: Effect) => void
}

function OneEffect({ name, effect, onChange }: EffectProps) {
  const { isReal, mock } = effect
  const [text, setText] = useState(() => formatJson(mock.output ?? null))
  return (
    <>
      <Field label={words.effectOf(name)}>
        <Select
          value={isReal ? 'real' : 'mock'}
          onChange={({ target }) => onChange({ ...effect, isReal: target.value === 'real' })}
        >
          <option value="mock">{words.mock}</option>
          <option value="real">{words.real}</option>
        </Select>
      </Field>
      {!isReal && (
        <Field label={words.mockOf(name)} error={parse(text) ? null : words.mockWrong}>
          <TextArea
            rows={2}
            className="font-mono text-xs"
            spellCheck={false}
            value={text}
            onChange={({ target }) => {
              setText(target.value)
              const next = parse(target.value)
              if (next) onChange({ isReal, mock: { output: next.value } })
            }}
          />
        </Field>
      )}
    </>
  )
}
