// A request to another system.
import { stepMethods, workflowDefaults } from '@parley/contract'
import { Field, Select } from '../../../ui/field.tsx'
import { isObject } from '../../definition/definition.ts'
import { useField } from '../editor-context.ts'
import { ChoiceField, NumberField, SwitchField } from '../fields/basic.tsx'
import { ExpressionField } from '../fields/expression-field.tsx'
import { JsonField } from '../fields/json.tsx'
import { RowsField } from '../fields/rows.tsx'
import { formTexts } from '../form-texts.ts'

const words = formTexts.http
const methods = stepMethods.map((method) => [method, method] as const)
const config = (field: string) => ['config', field]

export function HttpForm() {
  const { value } = useField(config('method'))
  const hasBody = ['POST', 'PUT', 'PATCH', 'DELETE'].includes(String(value))
  return (
    <>
      <ChoiceField
        path={config('method')}
        label={words.method}
        options={methods}
        byDefault={workflowDefaults.http.method}
      />
      <ExpressionField path={config('url')} label={words.url} placeholder={words.urlPlaceholder} />
      {hasBody && <Body />}
      <RowsField path={config('query_params')} label={words.query} add={words.addRow} />
      <RowsField path={config('headers')} label={words.headers} hint={words.headersHint} add={words.addRow} />
      <SwitchField
        path={config('fail_on_status')}
        label={words.failOnStatus}
        hint={words.failOnStatusHint}
        byDefault={workflowDefaults.http.fail_on_status}
      />
      <NumberField
        path={config('timeout_ms')}
        label={words.timeout}
        placeholder={String(workflowDefaults.http.timeout_ms)}
        inputMode="numeric"
      />
    </>
  )
}

type BodyKind = keyof typeof words.bodies

const isFlat = (value: unknown) =>
  isObject(value) && Object.values(value).every((entry) => typeof entry !== 'object' || entry === null)

function kindOf(value: unknown): BodyKind {
  if (value === undefined || value === null) return 'none'
  if (typeof value === 'string') return 'text'
  return isFlat(value) ? 'fields' : 'json'
}

const fresh: Record<BodyKind, unknown> = { none: undefined, fields: {}, text: '', json: { list: [] } }

function Body() {
  const { value, isReadOnly, write } = useField(config('body'))
  const kind = kindOf(value)
  return (
    <>
      <Field label={words.body}>
        <Select
          value={kind}
          disabled={isReadOnly}
          onChange={({ target }) => {
            const next = target.value as BodyKind
            // What can be shown in the other form stays.
            write(next === 'json' && isObject(value) ? { ...value, list: [] } : fresh[next])
          }}
        >
          {Object.entries(words.bodies).map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      {kind === 'fields' && <RowsField path={config('body')} label={words.bodyFields} add={words.addRow} isKept />}
      {kind === 'text' && <ExpressionField path={config('body')} label={words.bodyText} rows={4} />}
      {kind === 'json' && <JsonField path={config('body')} label={words.bodyJson} hint={formTexts.expressionHint} />}
    </>
  )
}
