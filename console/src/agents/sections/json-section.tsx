// The whole configuration as JSON, including keys that have no field.
import { agentTexts } from '../texts.ts'
import { useEditor } from '../editor-context.ts'
import { JsonField } from '../fields/written-fields.tsx'
import { Group } from './group.tsx'

const words = agentTexts.sections.json

export function JsonSection({ warnings }: { warnings: readonly string[] }) {
  const { isReadOnly } = useEditor()
  return (
    <Group title={words.title} hint={isReadOnly ? words.readHint : words.hint}>
      {warnings.length > 0 && (
        <div className="rounded-md bg-warn-wash px-3 py-2 text-warn">
          <p className="font-medium">{words.warnings}</p>
          <ul className="mt-1 list-disc pl-4">
            {warnings.map((warning) => (
              <li key={warning} className="break-words">
                {warning}
              </li>
            ))}
          </ul>
        </div>
      )}
      <JsonField path={['config']} label={words.label} isObjectOnly rows={24} />
    </Group>
  )
}
