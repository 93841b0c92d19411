// The texts of the page about members, invitations and views by partners.
import type { PartnerAccess } from '@parley/contract'

const accesses: Record<PartnerAccess, string> = {
  none: 'Nothing',
  read: 'What a viewer sees',
  read_sensitive: 'Transcripts too',
}
const accessHints: Record<PartnerAccess, string> = {
  none: 'Views that are open now end at once.',
  read: 'Lists, agents and statistics. No transcripts, keys, links or secrets.',
  read_sensitive: 'As above, and what was said in conversations. Still no keys, links or secrets.',
}

export const memberTexts = {
  title: 'Members',
  intro: 'The people who work for this organization. To add someone, send them an invitation link.',
  invite: 'Invite',
  toSee: 'see members',
  toManage: 'change members',
  views: {
    title: 'Views by partners',
    intro:
      'Admins of an organization above this one can look at it for up to an hour, if you let them. They change nothing, and both organizations keep a record.',
    list: 'Who is looking',
    empty: 'Nobody is looking at this organization as a partner.',
    who: 'Viewer',
    from: (partner: string) => `From ${partner}`,
    reason: 'Reason',
    until: 'Until',
    end: (email: string) => `End view of ${email}`,
    endTitle: (email: string) => `End the view of ${email}?`,
    endText: 'They see nothing more of this organization from their next request on. They can start another view.',
    endSubmit: 'End view',
    ended: 'View ended',
    access: 'What partners can see',
    accesses,
    accessHints,
    toChange: 'change what partners can see',
    save: 'Save',
    saved: 'Setting saved',
  },
} as const
