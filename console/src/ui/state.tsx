// Placeholders for content that is empty, loading or failed to load.
import { ApiError } from '@parley/sdk'
import type { ReactNode } from 'react'
import { describeError } from './describe-error.ts'
import { texts } from '../texts/index.ts'
import { Button } from './button.tsx'
import { classes } from './classes.ts'
import { Icon, type IconName } from './icons.tsx'

interface StateProps {
  icon: IconName
  title: string
  children?: ReactNode
  action?: ReactNode
}

export function EmptyState({ icon, title, children, action }: StateProps) {
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center gap-2 px-6 py-16 text-center">
      <span className="mb-1 grid size-10 place-items-center rounded-full bg-sunken text-faint">
        <Icon name={icon} width="20" height="20" />
      </span>
      <h2 className="text-base font-semibold">{title}</h2>
      {children && <p className="text-soft text-pretty">{children}</p>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  )
}

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const request_id = error instanceof ApiError ? error.request_id : null
  return (
    <div role="alert">
      <EmptyState
        icon="warning"
        title={texts.states.failed}
        action={onRetry && <Button onClick={onRetry}>{texts.retry}</Button>}
      >
        {describeError(error)}
        {request_id && (
          <span className="mt-1 block font-mono text-xs text-faint">{texts.states.requestId(request_id)}</span>
        )}
      </EmptyState>
    </div>
  )
}

/** Gray bars where text will appear. */
export function Skeleton({ className }: { className?: string }) {
  return <span className={classes('block h-3 rounded bg-sunken pulses', className)} />
}

export function LoadingState() {
  return (
    <div role="status" aria-label={texts.loading} className="flex flex-col gap-3 p-6">
      <Skeleton className="w-1/3" />
      <Skeleton className="w-2/3" />
      <Skeleton className="w-1/2" />
    </div>
  )
}
