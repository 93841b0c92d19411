// The priority and the tags of a conversation.
import { type Priority, handOffBounds } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { isActive } from '../transcript/conversation-state.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, SelectInput, TextInput } from '../ui/field.tsx'
import { type DialogProps, PriorityOptions } from './dialogs.tsx'
import { areTagsFit, tagsToText, textToTags } from './tags.ts'
import { handlingTexts } from './texts.ts'
import { useDialogChange } from './use-dialog-change.ts'

const words = handlingTexts.organizeDialog

export function OrganizeDialog({ conversation, onClose }: DialogProps) {
  const { client, scopes } = useSession()
  const list = useId()
  const [priority, setPriority] = useState(conversation.priority)
  const [text, setText] = useState(() => tagsToText(conversation.tags))
  const { data: known = [] } = useQuery({
    queryKey: ['tags'],
    queryFn: async ({ signal }) => (await client.listTags({}, { signal })).data,
    enabled: scopes.has('conversations:reply'),
  })
  const tags = textToTags(text)
  const isFit = areTagsFit(tags)
  const mayPrioritize = isActive(conversation)
  const { submit, ...change } = useDialogChange({
    act: () =>
      client.updateConversationHandling({
        conversation_id: conversation.id,
        tags,
        ...(mayPrioritize && priority !== conversation.priority ? { priority } : {}),
      }),
    done: words.done,
    onClose,
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      submit={words.submit}
      {...change}
      onSubmit={() => isFit && submit()}
    >
      {mayPrioritize && (
        <Field label={words.priority}>
          <SelectInput value={priority} onChange={(event) => setPriority(event.target.value as Priority)}>
            <PriorityOptions />
          </SelectInput>
        </Field>
      )}
      <Field
        label={words.tags}
        hint={words.tagsHint(handOffBounds.tags)}
        error={isFit ? null : words.tagsHint(handOffBounds.tags)}
      >
        <TextInput value={text} list={list} autoComplete="off" onValueChange={setText} />
      </Field>
      <datalist id={list}>
        {known.map((tag) => (
          <option key={tag} value={tagsToText([...tags.slice(0, -1), tag])}>
            {tag}
          </option>
        ))}
      </datalist>
    </ConfirmDialog>
  )
}
