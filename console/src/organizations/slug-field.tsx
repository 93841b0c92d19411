// A field for the slug of an organization, which says while it is typed whether it is free, and offers one that is.
import { ApiError } from '@parley/sdk'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import { isSlug, longest_slug } from './slug.ts'
import { organizationsTexts } from './texts.ts'

const words = organizationsTexts.slug
/** A user can ask 30 times a minute. */
const typing_pause_ms = 400

interface Props {
  value: string
  /** The present one, which is free for the organization that has it. */
  own?: string
  /** What the server said of it. */
  error: string | null | undefined
  onChange: (slug: string) => void
}

export function SlugField({ value, own, error, onChange }: Props) {
  const { isSettled, answer, isRefused } = useAvailability(value === own ? '' : value)
  const isUnfit = value !== '' && value !== own && !isSlug(value)
  const reason = isUnfit ? 'invalid' : (answer?.reason ?? null)
  return (
    <div className="flex flex-col gap-1">
      <Field label={words.label} hint={words.hint} error={reason === null ? error : words.reasons[reason]}>
        <TextInput
          value={value}
          maxLength={longest_slug}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono"
          onValueChange={onChange}
        />
      </Field>
      <div aria-live="polite" className="flex min-h-5 flex-wrap items-center gap-x-2 gap-y-1 text-xs text-faint">
        {!isSettled && words.checking}
        {isSettled && isRefused && words.unchecked}
        {isSettled && answer?.available && (
          <span className="flex items-center gap-1 text-good">
            <Icon name="check" />
            {words.free(answer.slug)}
          </span>
        )}
        {isSettled && answer?.suggestion && (
          <>
            <span>{words.suggested}</span>
            <Button className="h-6 font-mono text-xs" onClick={() => onChange(answer.suggestion!)}>
              {words.use(answer.suggestion)}
            </Button>
          </>
        )}
      </div>
    </div>
  )
}

/** Keys have no user, and so cannot ask: for them the server says at the end whether the slug is free. */
function useAvailability(slug: string) {
  const { client, user } = useSession()
  const [settled, setSettled] = useState(slug)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(slug), typing_pause_ms)
    return () => clearTimeout(timer)
  }, [slug])
  const isAsked = user !== null && slug !== ''
  const { data, error, isFetching } = useQuery({
    queryKey: ['slug', settled],
    queryFn: ({ signal }) => client.getSlugAvailability({ slug: settled }, { signal }),
    enabled: isAsked && settled === slug,
  })
  return {
    isSettled: !isAsked || (settled === slug && !isFetching),
    answer: isAsked && settled === slug ? data : undefined,
    isRefused: isAsked && error instanceof ApiError && error.status === 429,
  }
}
