// The canned replies that fit, above the field in which they are searched. The focus stays in the field.
import { texts } from '../texts/index.ts'
import { classes } from '../ui/classes.ts'
import { popupClasses } from '../ui/popup.tsx'
import { handlingTexts } from './texts.ts'
import type { useCanned } from './use-canned.ts'

const words = handlingTexts.composer

export function CannedList({ id, canned }: { id: string; canned: ReturnType<typeof useCanned> }) {
  if (!canned.isOpen) return null
  return (
    <div
      className={classes(
        popupClasses,
        'absolute inset-x-3 bottom-full z-30 mb-1 max-h-72 overflow-y-auto p-1 wide:inset-x-4',
      )}
    >
      <div id={id} role="listbox" aria-label={words.canned}>
        {canned.replies.map((reply, index) => (
          // The field has the focus and its keys.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={reply.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === canned.active}
            className={classes(
              'flex cursor-default items-baseline gap-2 rounded-md px-2 py-1.5',
              index === canned.active && 'bg-hover',
            )}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => canned.choose(reply)}
          >
            <code className="shrink-0 font-mono text-xs text-accent-strong">/{reply.shortcut}</code>
            <span className="truncate font-medium">{reply.title}</span>
            <span className="min-w-0 flex-1 truncate text-faint">{reply.text}</span>
          </div>
        ))}
      </div>
      <p role="status" className={canned.replies.length > 0 ? 'sr-only' : 'px-2 py-1.5 text-faint'}>
        {canned.replies.length > 0
          ? words.foundCanned(canned.replies.length)
          : canned.isFetching
            ? texts.loading
            : words.noCanned}
      </p>
    </div>
  )
}
