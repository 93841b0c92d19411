// The fields of one way to sign in, and their errors.
import { ApiError, isUnanswered } from '@parley/sdk'
import { type FormEvent, useState } from 'react'
import { describeError } from '../ui/describe-error.ts'
import { type Credential, isSignedOut, signIn } from '../session/session.ts'
import { useSessionControl } from '../session/session-context.ts'
import { signInTexts as words } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'

export type Way = 'api_key' | 'password'
type FieldName = 'api_key' | 'email' | 'password'
type Fault = { field: FieldName | null; text: string }

const fieldsOf: Record<Way, readonly FieldName[]> = { api_key: ['api_key'], password: ['email', 'password'] }

const attributes = {
  api_key: {
    label: words.key,
    hint: words.keyHint,
    type: 'password',
    autoComplete: 'off',
    placeholder: words.keyPlaceholder,
  },
  email: { label: words.email, hint: undefined, type: 'email', autoComplete: 'username', placeholder: undefined },
  password: {
    label: words.password,
    hint: undefined,
    type: 'password',
    autoComplete: 'current-password',
    placeholder: undefined,
  },
} as const satisfies Record<FieldName, object>

/** `email` is set if the user is known. */
export function SignInForm({ way, email = '' }: { way: Way; email?: string }) {
  const { open } = useSessionControl()
  const [values, setValues] = useState<Record<FieldName, string>>({ api_key: '', email, password: '' })
  const [fault, setFault] = useState<Fault | null>(null)
  const [isPending, setPending] = useState(false)
  const fields = fieldsOf[way]

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const missing = fields.find((field) => values[field].trim() === '')
    if (missing) return setFault({ field: missing, text: words.missing[missing] })
    setPending(true)
    setFault(null)
    try {
      open(await signIn(credentialOf(way, values)))
    } catch (error) {
      setFault(faultOf(way, error))
      setPending(false)
    }
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {fields.map((field, index) => {
        const { label, hint, ...rest } = attributes[field]
        return (
          <Field key={field} label={label} hint={hint} error={fault?.field === field ? fault.text : null}>
            <TextInput
              {...rest}
              name={field}
              autoFocus={index === 0}
              className="h-9"
              value={values[field]}
              onValueChange={(value) => setValues({ ...values, [field]: value })}
            />
          </Field>
        )
      })}
      {fault?.field === null && (
        <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
          {fault.text}
        </p>
      )}
      <Button type="submit" kind="primary" className="h-9" disabled={isPending}>
        {isPending ? words.submitting : words.submit}
      </Button>
    </form>
  )
}

function credentialOf(way: Way, { api_key, email, password }: Record<FieldName, string>): Credential {
  return way === 'api_key' ? { api_key: api_key.trim() } : { email: email.trim(), password }
}

function faultOf(way: Way, error: unknown): Fault {
  const isInvalid = error instanceof ApiError && error.status === 422
  if (isSignedOut(error) || isInvalid) return { field: fieldsOf[way].at(-1)!, text: words.refused[way] }
  return { field: null, text: isUnanswered(error) ? words.unreachable : describeError(error) }
}
