// What is shown if there is no page, and if a page crashes.
import { Link } from '@tanstack/react-router'
import { describeError } from '../ui/describe-error.ts'
import { shellTexts } from './texts.ts'
import { Button, buttonClasses } from '../ui/button.tsx'
import { EmptyState } from '../ui/state.tsx'
import { useTitle } from './use-title.ts'

export function NotFoundPage() {
  useTitle(shellTexts.notFound.title)
  return (
    <EmptyState
      icon="search"
      title={shellTexts.notFound.title}
      action={
        <Link to="/inbox" className={buttonClasses('plain')}>
          {shellTexts.notFound.toInbox}
        </Link>
      }
    >
      {shellTexts.notFound.text}
    </EmptyState>
  )
}

export function CrashedPage({ error }: { error: unknown }) {
  return (
    <EmptyState
      icon="warning"
      title={shellTexts.crashed.title}
      action={<Button onClick={() => location.reload()}>{shellTexts.crashed.reload}</Button>}
    >
      {describeError(error)}
    </EmptyState>
  )
}
