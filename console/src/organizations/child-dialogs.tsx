// The actions on an organization below the caller's: edit, suspend, activate, view as a partner.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { readFaults } from '../settings/faults.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { SlugField } from './slug-field.tsx'
import { organizationsTexts as words } from './texts.ts'
import { type Child, childrenKey } from './tree.tsx'
import { ViewDialog } from './view-dialog.tsx'

export type Asked = 'edit' | 'suspend' | 'activate' | 'view'

interface Props {
  child: Child
  onClose: () => void
}

export function ChildDialogs({ child, asked, onClose }: Props & { asked: Asked | null }) {
  if (asked === 'edit') return <EditDialog child={child} onClose={onClose} />
  if (asked === 'view') return <ViewDialog child={child} onClose={onClose} />
  if (asked === null) return null
  return <StatusDialog child={child} to={asked === 'suspend' ? 'suspended' : 'active'} onClose={onClose} />
}

/** What a suspension does is said before it is done. */
function StatusDialog({ child, to, onClose }: Props & { to: Child['status'] }) {
  const { client } = useSession()
  const isSuspension = to === 'suspended'
  return (
    <AskDialog
      title={isSuspension ? words.suspendTitle(child.name) : words.activateTitle(child.name)}
      text={isSuspension ? words.suspendText : words.activateText}
      submit={isSuspension ? words.suspend : words.activate}
      done={isSuspension ? words.suspended : words.activated}
      isDangerous={isSuspension}
      changes={[childrenKey]}
      act={() => client.updateChildOrganization({ organization_id: child.id, status: to })}
      onClose={onClose}
    />
  )
}

function EditDialog({ child, onClose }: Props) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [name, setName] = useState(child.name)
  const [slug, setSlug] = useState(child.slug)
  const save = useMutation({
    mutationFn: () => client.updateChildOrganization({ organization_id: child.id, name: name.trim(), slug }),
    onSuccess: async () => {
      notify(words.changed)
      onClose()
      await queries.invalidateQueries({ queryKey: childrenKey })
    },
  })
  const faults = readFaults(save.error, ['name', 'slug'], { slug_taken: 'slug' })
  const isNamed = name.trim() !== ''
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.editTitle(child.name)}
      submit={words.save}
      isPending={save.isPending}
      error={faults.other}
      onSubmit={() => isNamed && save.mutate()}
    >
      <Field label={words.name} error={isNamed ? faults.fields['name'] : words.nameMissing}>
        <TextInput value={name} maxLength={200} autoComplete="off" onValueChange={setName} />
      </Field>
      <SlugField
        value={slug}
        own={child.slug}
        error={faults.fields['slug']}
        onChange={(next) => {
          save.reset()
          setSlug(next)
        }}
      />
    </ConfirmDialog>
  )
}
