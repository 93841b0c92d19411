// Changes the password. The new one is entered twice, because people cannot see what they type.
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { readFaults } from '../settings/faults.ts'
import { FormFault } from '../settings/parts.tsx'
import { EveryTokenCheck, tokensToEnd } from './every-token-check.tsx'
import { accountTexts as words } from './texts.ts'

const shortest = 12
const empty = { current: '', next: '', again: '' }
type Name = keyof typeof empty

export function PasswordForm({ email }: { email: string }) {
  const { client } = useSession()
  const [values, setValues] = useState(empty)
  const [isChecked, setChecked] = useState(false)
  const [endsTokens, setEndsTokens] = useState(false)
  const change = useMutation({
    mutationFn: () =>
      client.changePassword({
        current_password: values.current,
        new_password: values.next,
        personal_access_tokens: tokensToEnd(endsTokens),
      }),
    onSuccess: () => {
      notify(words.changed)
      setValues(empty)
      setChecked(false)
      setEndsTokens(false)
    },
  })
  const found = isChecked ? faultsOf(values) : {}
  const refused = readFaults(change.error, ['new_password'], { unauthorized: 'current_password' })
  const faults: Partial<Record<Name, string>> = {
    ...(refused.fields['current_password'] ? { current: words.wrong } : {}),
    ...(refused.fields['new_password'] ? { next: refused.fields['new_password'] } : {}),
    ...found,
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (Object.keys(faultsOf(values)).length === 0) change.mutate()
  }
  const fields = [
    ['current', words.current, 'current-password', undefined],
    ['next', words.next, 'new-password', words.nextHint],
    ['again', words.again, 'new-password', undefined],
  ] as const
  return (
    <form onSubmit={submit} noValidate className="flex max-w-md flex-col gap-4 p-4">
      {/* For the password manager of the browser. */}
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      {fields.map(([name, label, autoComplete, hint]) => (
        <Field key={name} label={label} hint={hint} error={faults[name]}>
          <TextInput
            type="password"
            name={name}
            autoComplete={autoComplete}
            maxLength={256}
            value={values[name]}
            onValueChange={(value) => {
              change.reset()
              setValues({ ...values, [name]: value })
            }}
          />
        </Field>
      ))}
      <EveryTokenCheck isChecked={endsTokens} onChange={setEndsTokens} />
      <FormFault text={refused.other} />
      <Button type="submit" kind="primary" className="self-start" disabled={change.isPending}>
        {words.submit}
      </Button>
    </form>
  )
}

function faultsOf({ current, next, again }: typeof empty): Partial<Record<Name, string>> {
  return {
    ...(current === '' ? { current: words.currentMissing } : {}),
    ...(next.length < shortest ? { next: words.tooShort } : {}),
    ...(next.length >= shortest && again !== next ? { again: words.notSame } : {}),
  }
}
