// What the agent looks things up in, how that is searched in a turn, and a question to try.
import { agentBounds, agentDefaults } from '@parley/contract'
import { Link } from '@tanstack/react-router'
import { useDatasets } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import { type JsonObject, type Path, readAt } from '../document.ts'
import { useEditor } from '../editor-context.ts'
import { LongTextField, NumberField, SwitchField } from '../fields/basic-fields.tsx'
import { DatasetField } from '../fields/dataset-field.tsx'
import { JsonField } from '../fields/written-fields.tsx'
import { agentTexts } from '../texts.ts'
import { Group, ListGroup, Row } from './group.tsx'
import { KnowledgeTrial } from './knowledge-trial.tsx'

const words = agentTexts.sections.knowledge
const ofSearch = agentTexts.sections.retrieval
const { retrieval: defaults, knowledge_base: ofDataset } = agentDefaults
const retrieval = ['config', 'retrieval'] as const

export function KnowledgeSection() {
  const { data: datasets } = useDatasets(useSession())
  const { document } = useEditor()
  const find = ({ dataset_id }: JsonObject) => datasets?.find(({ id }) => id === dataset_id)
  const nameOf = (item: JsonObject) => find(item)?.name ?? String(item['dataset_id'] ?? '')
  const noteOf = (item: JsonObject) => {
    if (item['enabled'] === false) return words.off
    const dataset = find(item)
    if (dataset) return words.chunks(dataset.counts.chunks)
    return datasets && item['dataset_id'] ? words.missing : ''
  }
  return (
    <>
      <ListGroup
        texts={words}
        path={['config', 'knowledge_bases']}
        most={agentBounds.knowledge_bases}
        make={() => ({ dataset_id: '' })}
        title={nameOf}
        note={noteOf}
        render={(path) => <OneKnowledgeBase path={path} isKnown={find((readAt(document, path) ?? {}) as JsonObject)} />}
      />
      <SearchSettings />
      <KnowledgeTrial datasets={datasets ?? []} />
    </>
  )
}

function OneKnowledgeBase({ path, isKnown }: { path: Path; isKnown: { id: string } | undefined }) {
  return (
    <>
      <Row>
        <DatasetField path={[...path, 'dataset_id']} label={words.dataset} />
        <NumberField path={[...path, 'top_n']} label={words.topN} placeholder={String(ofDataset.top_n)} />
      </Row>
      <SwitchField path={[...path, 'enabled']} label={words.enabled} isOnByDefault={ofDataset.enabled} />
      <NumberField path={[...path, 'min_score']} label={words.minScore} hint={words.minScoreHint} />
      <JsonField path={[...path, 'filter']} label={words.filter} hint={words.filterHint} isObjectOnly rows={2} />
      {isKnown && (
        <Link
          to="/knowledge/$dataset_id"
          params={{ dataset_id: isKnown.id }}
          className="self-start underline underline-offset-2"
        >
          {words.open}
        </Link>
      )}
    </>
  )
}

function SearchSettings() {
  return (
    <Group title={ofSearch.title} hint={ofSearch.hint}>
      <SwitchField
        path={[...retrieval, 'implicit']}
        label={ofSearch.implicit}
        hint={ofSearch.implicitHint}
        isOnByDefault={defaults.implicit}
      />
      <Row>
        <NumberField
          path={[...retrieval, 'timeout_ms']}
          label={ofSearch.timeout}
          hint={ofSearch.timeoutHint}
          placeholder={String(defaults.timeout_ms)}
        />
        <NumberField
          path={[...retrieval, 'window_messages']}
          label={ofSearch.window}
          hint={ofSearch.windowHint}
          placeholder={String(defaults.window_messages)}
        />
        <NumberField
          path={[...retrieval, 'max_chunks']}
          label={ofSearch.maxChunks}
          placeholder={String(defaults.max_chunks)}
        />
        <NumberField
          path={[...retrieval, 'max_characters']}
          label={ofSearch.maxCharacters}
          placeholder={String(defaults.max_characters)}
        />
      </Row>
      <SwitchField path={[...retrieval, 'rerank']} label={ofSearch.rerank} isOnByDefault={defaults.rerank} />
      <SwitchField
        path={[...retrieval, 'citations']}
        label={ofSearch.citations}
        hint={ofSearch.citationsHint}
        isOnByDefault={defaults.citations}
      />
      <LongTextField
        path={[...retrieval, 'instructions']}
        label={ofSearch.instructions}
        hint={ofSearch.instructionsHint}
        placeholder={ofSearch.instructionsExample}
        rows={2}
        maxLength={agentBounds.retrieval.instructions}
      />
    </Group>
  )
}
