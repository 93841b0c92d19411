// The choice of a knowledge base by its name. Callers who cannot see names write its id.
import { agentBounds } from '@parley/contract'
import { useDatasets } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import type { Path } from '../document.ts'
import { agentTexts } from '../texts.ts'
import { ChoiceField, TextField } from './basic-fields.tsx'

const words = agentTexts.sections.knowledge

interface Props {
  path: Path
  label: string
  hint?: string | undefined
}

export function DatasetField({ path, label, hint }: Props) {
  const { data } = useDatasets(useSession())
  if (!data)
    return (
      <TextField
        path={path}
        label={label}
        hint={hint}
        isCode
        keepsEmpty
        maxLength={agentBounds.knowledge_base.dataset_id}
      />
    )
  return (
    <ChoiceField
      path={path}
      label={label}
      hint={hint}
      unset={words.choose}
      options={data.map(({ id, name }) => [id, name] as const)}
    />
  )
}
