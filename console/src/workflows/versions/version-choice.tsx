// Which version the editor shows.
import { useNavigate } from '@tanstack/react-router'
import { controlClasses } from '../../ui/control-classes.ts'
import { workflowTexts as words } from '../texts.ts'
import type { Workflow } from '../use-workflow.ts'
import { useVersions } from './use-versions.ts'

export function VersionChoice({ workflow, shown }: { workflow: Workflow; shown: number }) {
  const navigate = useNavigate()
  const { rows } = useVersions(workflow.id)
  return (
    <div className="w-44">
      <select
        aria-label={words.sections.versions}
        className={controlClasses}
        value={shown}
        onChange={({ target }) =>
          void navigate({
            to: '/workflows/$workflow_id',
            params: { workflow_id: workflow.id },
            search: { version: Number(target.value) },
          })
        }
      >
        {!rows.some(({ version }) => version === shown) && <option value={shown}>{words.version(shown)}</option>}
        {rows.map(({ version, status }) => (
          <option key={version} value={version}>
            {words.versionOf(version, status)}
          </option>
        ))}
      </select>
    </div>
  )
}
