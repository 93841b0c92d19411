// Adds sources that exist: of other knowledge bases, or detached ones.
import type { Source } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { datasetKey } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import { readFaults } from '../../settings/faults.ts'
import { PagedList } from '../../settings/paged-table.tsx'
import { Check } from '../../settings/parts.tsx'
import { usePages } from '../../settings/use-pages.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { notify } from '../../ui/notify.ts'
import { SearchField } from '../../ui/search-field.tsx'
import { sourceTexts } from './texts.ts'
import { sourcesKey } from './use-sources.ts'

const words = sourceTexts.existingDialog

export function ExistingDialog({ dataset_id, onClose }: { dataset_id: string; onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [name, setName] = useState<string | undefined>()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [isChecked, setChecked] = useState(false)
  const list = usePages<Source>(['sources', name], (page, call) =>
    client.listSources({ ...page, parent_source_id: 'none', ...(name === undefined ? {} : { name }) }, call),
  )
  const add = useMutation({
    mutationFn: () => client.attachSources({ dataset_id, items: { source_ids: [...chosen] } }),
    onSuccess: async (added) => {
      notify(sourceTexts.added(added.length))
      onClose()
      await Promise.all(
        [sourcesKey(dataset_id), datasetKey(dataset_id)].map((queryKey) => queries.invalidateQueries({ queryKey })),
      )
    },
  })
  const choose = (id: string, isIn: boolean) =>
    setChosen(new Set([...chosen].filter((other) => other !== id).concat(isIn ? [id] : [])))
  const fault = isChecked && chosen.size === 0 ? words.noneChosen : null
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      description={words.text}
      submit={words.submit(chosen.size)}
      isPending={add.isPending}
      error={fault ?? readFaults(add.error).other}
      onSubmit={() => {
        setChecked(true)
        if (chosen.size > 0) add.mutate()
      }}
    >
      <SearchField label={words.search} value={name ?? ''} onChange={setName} />
      <fieldset className="max-h-64 overflow-y-auto rounded-md border border-line">
        <legend className="sr-only">{words.list}</legend>
        <PagedList query={list} empty={words.none}>
          {(rows) =>
            rows.map((source) => (
              <div key={source.id} className="border-t border-line px-3 py-1.5 first:border-t-0">
                <Check
                  label={<bdi className="break-all">{source.name}</bdi>}
                  isChecked={chosen.has(source.id)}
                  onChange={(isIn) => choose(source.id, isIn)}
                />
              </div>
            ))
          }
        </PagedList>
      </fieldset>
    </ConfirmDialog>
  )
}
