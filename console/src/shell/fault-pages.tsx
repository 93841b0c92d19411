// What is shown where there is no page, and where a page has failed.
import { Link } from '@tanstack/react-router'
import { describeError } from '../ui/describe-error.ts'
import { texts } from '../texts/index.ts'
import { Button, buttonClasses } from '../ui/button.tsx'
import { EmptyState } from '../ui/state.tsx'
import { useTitle } from './use-title.ts'

export function NotFoundPage() {
  useTitle(texts.states.notFoundTitle)
  return (
    <EmptyState
      icon="search"
      title={texts.states.notFoundTitle}
      action={
        <Link to="/inbox" className={buttonClasses('plain')}>
          {texts.states.toInbox}
        </Link>
      }
    >
      {texts.states.notFound}
    </EmptyState>
  )
}

export function CrashedPage({ error }: { error: unknown }) {
  return (
    <EmptyState
      icon="warning"
      title={texts.states.crashed}
      action={<Button onClick={() => location.reload()}>{texts.states.reload}</Button>}
    >
      {describeError(error)}
    </EmptyState>
  )
}
