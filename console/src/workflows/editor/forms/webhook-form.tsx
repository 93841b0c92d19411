// Requests that start the workflow: which, who can send them, and what they are answered.
import {
  hookAnswers,
  hookMethods,
  signatureAlgorithms,
  signatureEncodings,
  signatureTypes,
  workflowDefaults,
} from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { holdsAny } from '../../../session/rights.ts'
import { useSession } from '../../../session/session-context.ts'
import { Field, Select } from '../../../ui/field.tsx'
import { isObject } from '../../definition/definition.ts'
import { useField } from '../editor-context.ts'
import { ChoiceField, NumberField, TextField } from '../fields/basic.tsx'
import { ExpressionField } from '../fields/expression-field.tsx'
import { SetField } from '../fields/set.tsx'
import { formTexts } from '../form-texts.ts'

const words = formTexts.trigger
const at = (...fields: string[]) => ['config', ...fields]
const same = (all: readonly string[]) => all.map((one) => [one, one] as const)
const { webhook: defaults, signature: signatureDefaults } = workflowDefaults

export function WebhookForm() {
  return (
    <>
      <SetField path={at('methods')} legend={`${words.methods} (${defaults.methods[0]})`} options={same(hookMethods)} />
      <Signature />
      <ChoiceField
        path={at('respond')}
        label={words.respond}
        options={hookAnswers.map((answer) => [answer, words.responds[answer]])}
        byDefault={defaults.respond}
      />
      <ExpressionField path={at('dedupe')} label={words.dedupe} hint={words.dedupeHint} isBare />
      <NumberField
        path={at('dedupe_hours')}
        label={words.dedupeHours}
        placeholder={String(defaults.dedupe_hours)}
        inputMode="numeric"
      />
    </>
  )
}

function Signature() {
  const { key, value, error, isReadOnly, write } = useField(at('signature'))
  const type = isObject(value) ? String(value['type'] ?? '') : ''
  const secret = isObject(value) ? value['secret'] : undefined
  return (
    <>
      <div data-path={key}>
        <Field label={words.signature} error={error}>
          <Select
            value={type}
            disabled={isReadOnly}
            onChange={({ target }) =>
              write(target.value === '' ? undefined : { type: target.value, ...(secret ? { secret } : {}) })
            }
          >
            <option value="">{words.noSignature}</option>
            {signatureTypes.map((one) => (
              <option key={one} value={one}>
                {words.signatures[one]}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      {type !== '' && <SecretField />}
      {type === 'hmac' && (
        <>
          <TextField path={at('signature', 'header')} label={words.header} maxLength={100} isCode />
          <ChoiceField
            path={at('signature', 'algorithm')}
            label={words.algorithm}
            options={same(signatureAlgorithms)}
            byDefault={signatureDefaults.algorithm}
          />
          <ChoiceField
            path={at('signature', 'encoding')}
            label={words.encoding}
            options={same(signatureEncodings)}
            byDefault={signatureDefaults.encoding}
          />
          <TextField path={at('signature', 'prefix')} label={words.prefix} maxLength={100} isCode />
        </>
      )}
    </>
  )
}

/** Those who cannot list secrets type the name of one. */
function SecretField() {
  const session = useSession()
  const { data } = useQuery({
    queryKey: ['secrets', 'names'],
    queryFn: async ({ signal }) => (await session.client.listSecrets({ limit: 100 }, { signal })).data,
    enabled: holdsAny(session, ['organizations:manage']),
    staleTime: 30_000,
  })
  const path = at('signature', 'secret')
  if (!data) return <TextField path={path} label={words.secret} isCode />
  return (
    <ChoiceField
      path={path}
      label={words.secret}
      hint={data.length === 0 ? words.noSecrets : undefined}
      options={same(data.map(({ name }) => name))}
      unset={words.chooseSecret}
    />
  )
}
