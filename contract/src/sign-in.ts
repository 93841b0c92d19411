// Signing in from a browser: sessions in cookies, with a password, an API key or an identity provider.
import { Type } from './type.ts'
import { defineOperation } from './operation.ts'
import { Id, Timestamp, named, nullable, oneOf } from './schema.ts'
import { organizationStatuses } from './organizations/words.ts'
import { roles, signInWays } from './vocabulary.ts'

export const emailAddress = Type.String({ minLength: 3, maxLength: 320, pattern: '^[^@\\s]+@[^@\\s]+$' })

/** Long enough to withstand guessing from a stolen hash, and short enough to limit the cost of hashing. */
export const newPassword = Type.String({ minLength: 12, maxLength: 256, description: '12 to 256 characters.' })

/** A password to check: one that is too short to be set is wrong, not invalid. */
const password = Type.String({ minLength: 1, maxLength: 256 })

/** Which personal access tokens end together with sessions. */
const endedTokens = Type.Optional(
  nullable(
    oneOf(
      ['of_ended_sessions', 'all'] as const,
      'Default `of_ended_sessions`: tokens created with a session that ends, or with such a token. `all`: every token of the user, including those of the command line and of a session that continues.',
    ),
  ),
)

/** How a session began. */
const OrganizationChoice = named(
  'OrganizationChoice',
  Type.Object({
    id: Id,
    name: Type.String(),
    slug: Type.String(),
    role: nullable(oneOf(roles, 'Null for a key with an explicit list of scopes, and for a view.')),
    status: oneOf(organizationStatuses, '`suspended` also if an organization above it is.'),
  }),
)

export const SignInSession = named(
  'SignInSession',
  Type.Object({
    way: oneOf(signInWays),
    user: nullable(
      Type.Object({
        user_id: Id,
        email: Type.String(),
        name: nullable(Type.String()),
        has_password: Type.Boolean({ description: 'False for users who sign in only with the identity provider.' }),
      }),
    ),
    credential: nullable(
      Type.Object({ key_id: Type.String(), name: Type.String() }, { description: 'The key, if there is no user.' }),
    ),
    organization: OrganizationChoice,
    scopes: Type.Array(Type.String(), { description: 'The permitted scopes in this organization.' }),
    organizations: Type.Array(OrganizationChoice, {
      description: 'The organizations that the session can switch to, oldest membership first; at most 100.',
    }),
    view: nullable(
      Type.Object(
        { id: Id, partner: Type.Object({ id: Id, name: Type.String() }), expires_at: Timestamp },
        { description: 'If the session looks at `organization` as a partner: only reading is permitted.' },
      ),
    ),
    created_at: Timestamp,
    expires_at: Timestamp,
  }),
)

const tag = 'Signing in'
const started = {
  status: 200,
  description: 'The session. The response sets its cookie.',
  schema: SignInSession,
} as const

const sessionOperations = {
  signIn: defineOperation({
    id: 'signIn',
    method: 'POST',
    path: '/auth/sign-in',
    tag,
    summary: 'Sign in with a password or an organization API key',
    description:
      'Needs either `email` and `password`, or `api_key`. Every refusal is the same 401; too many attempts for one account or from one address are 429.',
    access: 'public',
    narrowed: true,
    audit: { target: 'session', by_itself: true },
    sign_in: true,
    body: Type.Object({
      email: Type.Optional(nullable(emailAddress)),
      password: Type.Optional(nullable(password)),
      api_key: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 400, description: 'An `ak_…`.' }))),
      organization_id: Type.Optional(
        nullable(Type.String({ maxLength: 64, description: 'Default: the organization of the oldest membership.' })),
      ),
    }),
    success: started,
    errors: ['unauthorized', 'rate_limited', 'unavailable'],
  }),
  getSignInSession: defineOperation({
    id: 'getSignInSession',
    method: 'GET',
    path: '/auth/session',
    tag,
    summary: 'Read the current session and the ways to sign in',
    access: 'public',
    narrowed: true,
    audit: false,
    sign_in: true,
    success: {
      status: 200,
      description: 'The session of the cookie; null without one.',
      schema: Type.Object({
        session: nullable(SignInSession),
        ways: Type.Object({
          password: Type.Boolean(),
          api_key: Type.Boolean(),
          openid: nullable(
            Type.Object({ name: Type.String() }, { description: 'The identity provider; null without one.' }),
          ),
        }),
      }),
    },
    errors: [],
  }),
  signOut: defineOperation({
    id: 'signOut',
    method: 'POST',
    path: '/auth/sign-out',
    tag,
    summary: 'Sign out',
    access: 'public',
    narrowed: true,
    audit: false,
    sign_in: true,
    success: { status: 204, description: 'There is no session any more.' },
    errors: [],
  }),
  signOutEverywhere: defineOperation({
    id: 'signOutEverywhere',
    method: 'POST',
    path: '/auth/sign-out-everywhere',
    tag,
    summary: 'End every session of the same user or key',
    description: 'This includes the current session and the personal access tokens that these sessions created.',
    access: 'session',
    narrowed: true,
    audit: { target: 'user', by_itself: true },
    sign_in: true,
    body: Type.Object({ personal_access_tokens: endedTokens }),
    body_optional: true,
    success: { status: 204, description: 'All sessions have ended.' },
    errors: [],
  }),
  switchOrganization: defineOperation({
    id: 'switchOrganization',
    method: 'POST',
    path: '/auth/organization',
    tag,
    summary: 'Switch to another organization of the user',
    access: 'session',
    narrowed: true,
    audit: { target: 'session', by_itself: true },
    sign_in: true,
    body: Type.Object({ organization_id: Type.String({ maxLength: 64 }) }),
    success: { status: 200, description: 'The session after the change.', schema: SignInSession },
    errors: ['not_found'],
  }),
  changePassword: defineOperation({
    id: 'changePassword',
    method: 'POST',
    path: '/auth/password',
    tag,
    summary: 'Change your password',
    description:
      'Every other session of the user ends, with the personal access tokens that it created. A wrong `current_password` is 401 and counts as a failed sign-in.',
    access: 'session',
    narrowed: true,
    audit: { target: 'user', by_itself: true },
    sign_in: true,
    body: Type.Object({
      current_password: password,
      new_password: newPassword,
      personal_access_tokens: endedTokens,
    }),
    success: { status: 204, description: 'Changed.' },
    errors: ['unavailable'],
  }),
}

const openIdOperations = {
  startOpenIdSignIn: defineOperation({
    id: 'startOpenIdSignIn',
    method: 'POST',
    path: '/auth/openid',
    tag,
    summary: 'Start to sign in with the identity provider',
    description:
      'Next, the page opens `authorization_url`. The provider sends the browser back to this server, which redirects it to `return_to`. If signing in failed, the query parameter `sign_in_error` is `expired`, `refused`, `not_a_member`, `email_not_verified`, `provider_failed` or `too_many_attempts`. It must be completed within ten minutes in the same browser.',
    access: 'public',
    narrowed: true,
    audit: false,
    sign_in: true,
    body: Type.Object({
      return_to: Type.Optional(
        nullable(
          Type.String({
            maxLength: 1000,
            pattern: '^/(?![/\\\\])[\\x21-\\x5b\\x5d-\\x7e]*$',
            description: 'A path on this server. Default `/`.',
          }),
        ),
      ),
    }),
    success: {
      status: 200,
      description: 'The address that the browser must open.',
      schema: Type.Object({ authorization_url: Type.String() }),
    },
    errors: ['not_found', 'rate_limited', 'identity_provider_failed'],
  }),
  finishOpenIdSignIn: defineOperation({
    id: 'finishOpenIdSignIn',
    method: 'GET',
    path: '/auth/openid/callback',
    tag,
    summary: 'Return from the identity provider',
    access: 'public',
    narrowed: true,
    audit: { target: 'session', by_itself: true },
    sign_in: true,
    success: { status: 303, description: 'Redirects to `return_to`, with or without a session.' },
    errors: [],
  }),
}

export const signInOperations = { ...sessionOperations, ...openIdOperations }
