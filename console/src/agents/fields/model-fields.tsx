// The model, by provider and name. The models that the server has are suggested.
import { agentBounds, agentDefaults } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useSession } from '../../session/session-context.ts'
import { agentTexts } from '../texts.ts'
import { type Path, readAt } from '../document.ts'
import { useEditor } from '../editor-context.ts'
import { NumberField, TextField } from './basic-fields.tsx'

const words = agentTexts.model

export function ModelFields({ path }: { path: Path }) {
  const id = useId()
  const { client } = useSession()
  const { document } = useEditor()
  const provider = readAt(document, [...path, 'provider'])
  const { data: models = [] } = useQuery({
    queryKey: ['models'],
    queryFn: async ({ signal }) => (await client.listModels({}, { signal })).data,
    staleTime: 60_000,
  })
  const ofProvider = models
    .filter(({ model }) => model !== null)
    .filter((listed) => !provider || listed.provider === provider)
  const standard = models.find(({ is_default }) => is_default)
  return (
    <>
      <div className="grid gap-3 wide:grid-cols-2">
        <TextField
          path={[...path, 'provider']}
          label={words.provider}
          placeholder={standard?.provider ?? ''}
          list={`${id}providers`}
          maxLength={agentBounds.provider}
        />
        <TextField
          path={[...path, 'model']}
          label={words.model}
          placeholder={standard?.model ?? ''}
          list={`${id}models`}
          maxLength={agentBounds.model}
        />
        <NumberField path={[...path, 'temperature']} label={words.temperature} hint={words.temperatureHint} />
        <NumberField path={[...path, 'max_output_tokens']} label={words.maxOutput} hint={words.maxOutputHint} />
        <NumberField
          path={[...path, 'timeout_ms']}
          label={words.timeout}
          placeholder={String(agentDefaults.model_timeout_ms)}
        />
      </div>
      <datalist id={`${id}providers`}>
        {[...new Set(models.map((listed) => listed.provider))].map((name) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
      <datalist id={`${id}models`}>
        {ofProvider.map(({ model }) => (
          <option key={model}>{model}</option>
        ))}
      </datalist>
    </>
  )
}
