// The challenge that a visitor has to pass before a conversation starts.
import { type WebWidget, captchaProviders } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { useSession } from '../../session/session-context.ts'
import { Section } from '../../settings/settings-page.tsx'
import { Field, SelectInput, TextInput } from '../../ui/field.tsx'
import { Columns, type Edit } from '../config-fields.tsx'
import { securityTexts as words } from '../section-texts.ts'

type Captcha = NonNullable<WebWidget['captcha']>
const { captcha: names } = words

export function CaptchaSection({ edit }: { edit: Edit }) {
  const { captcha } = edit.draft
  const set = (change: Partial<Captcha>) => edit.change({ captcha: { ...captcha!, ...change } })
  const choose = (provider: string) => {
    const known = captchaProviders.find((one) => one === provider)
    const fresh = { site_key: '', secret_name: '', when: 'suspicious' } as const
    edit.change({ captcha: known === undefined ? null : { ...(captcha ?? fresh), provider: known } })
  }
  const faultOf = (name: string) => edit.faults.get(`captcha.${name}`)
  return (
    <Section title={names.title} intro={names.intro}>
      <Columns>
        <Field label={names.provider} error={faultOf('provider') ?? edit.faults.get('captcha')}>
          <SelectInput
            value={captcha?.provider ?? ''}
            disabled={edit.isReadOnly}
            onChange={({ target }) => choose(target.value)}
          >
            <option value="">{names.none}</option>
            {captchaProviders.map((provider) => (
              <option key={provider} value={provider}>
                {names.providers[provider]}
              </option>
            ))}
          </SelectInput>
        </Field>
        {captcha && (
          <>
            <Field label={names.when} error={faultOf('when')}>
              <SelectInput
                value={captcha.when}
                disabled={edit.isReadOnly}
                onChange={({ target }) => set({ when: target.value as Captcha['when'] })}
              >
                {(['suspicious', 'always'] as const).map((when) => (
                  <option key={when} value={when}>
                    {names.occasions[when]}
                  </option>
                ))}
              </SelectInput>
            </Field>
            <Field label={names.siteKey} hint={names.siteKeyHint} error={faultOf('site_key')}>
              <TextInput
                value={captcha.site_key}
                maxLength={200}
                disabled={edit.isReadOnly}
                autoComplete="off"
                spellCheck={false}
                onValueChange={(site_key) => set({ site_key })}
              />
            </Field>
            <SecretName edit={edit} captcha={captcha} onChange={(secret_name) => set({ secret_name })} />
          </>
        )}
      </Columns>
    </Section>
  )
}

interface SecretProps {
  edit: Edit
  captcha: Captcha
  onChange: (name: string) => void
}

/** Callers who can see the names of secrets choose one; others write it. */
function SecretName({ edit, captcha, onChange }: SecretProps) {
  const { client, scopes } = useSession()
  const { data } = useQuery({
    queryKey: ['secrets', 'names'],
    queryFn: ({ signal }) => client.listSecrets({ limit: 100 }, { signal }),
    enabled: scopes.has('organizations:manage'),
  })
  const known = data?.data.map(({ name }) => name) ?? null
  const value = captcha.secret_name
  return (
    <Field label={names.secret} hint={names.secretHint} error={edit.faults.get('captcha.secret_name')}>
      {known ? (
        <SelectInput value={value} disabled={edit.isReadOnly} onChange={({ target }) => onChange(target.value)}>
          <option value="">{names.chooseSecret}</option>
          {[...new Set([...known, ...(value === '' ? [] : [value])])].map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </SelectInput>
      ) : (
        <TextInput
          value={value}
          maxLength={64}
          disabled={edit.isReadOnly}
          autoComplete="off"
          onValueChange={onChange}
        />
      )}
    </Field>
  )
}
