// Navigation between the sections of an agent: beside them, or above them on narrow screens.
import { Link } from '@tanstack/react-router'
import { agentTexts } from './texts.ts'
import { type AgentSearch, type SectionName, sections } from './agent-search.ts'
import type { Fault } from './editor-state.ts'
import { sectionOf } from './path-names.ts'

interface NavProps {
  section: SectionName
  hasTest: boolean
  faults: readonly Fault[]
  search: AgentSearch
}

export function SectionNav({ section, hasTest, faults, search: { version } }: NavProps) {
  const shown = sections.filter((name) => name !== 'test' || hasTest)
  const faulty = faults.map(({ path }) => sectionOf(path))
  return (
    <nav
      aria-label={agentTexts.sectionsLabel}
      className="shrink-0 overflow-x-auto border-b border-line px-3 py-1.5 wide:w-42 wide:overflow-y-auto wide:border-r wide:border-b-0 wide:px-2.5 wide:py-4"
    >
      <ul className="flex gap-0.5 wide:flex-col">
        {shown.map((name) => {
          const count = faulty.filter((other) => other === name).length
          return (
            <li
              key={name}
              className={name === 'versions' ? 'wide:mt-3 wide:border-t wide:border-line wide:pt-3' : undefined}
            >
              <Link
                from="/agents/$agent_id"
                search={{ section: name, ...(version === undefined || name === 'versions' ? {} : { version }) }}
                replace
                ref={name === section ? showWhole : null}
                aria-current={name === section ? 'page' : undefined}
                className="flex h-8 items-center justify-between gap-2 rounded-md px-2.5 whitespace-nowrap text-soft hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:font-medium aria-[current=page]:text-accent-strong"
                activeProps={{}}
              >
                {agentTexts.sectionNames[name]}
                {count > 0 && (
                  <span className="numeric rounded-full bg-bad-wash px-1.5 text-xs text-bad">
                    {count}
                    <span className="sr-only"> {agentTexts.faults.inSection}</span>
                  </span>
                )}
              </Link>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}

/** On narrow screens the list can be wider than the window. */
function showWhole(link: HTMLElement | null): void {
  link?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}
