// Shows a key, a secret or a link that the server returns only once. It is gone when the dialog closes.
import { settingsTexts as words } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { CopyField } from '../ui/copy-field.tsx'
import { Modal } from '../ui/dialog.tsx'

interface Props {
  title: string
  text: string
  label: string
  value: string
  onClose: () => void
}

export function ShownOnce({ title, text, label, value, onClose }: Props) {
  return (
    <Modal open isKept onOpenChange={(open) => open || onClose()} title={title} description={text}>
      <CopyField label={label} value={value} />
      <Button kind="primary" className="self-end" onClick={onClose}>
        {words.kept}
      </Button>
    </Modal>
  )
}
