export interface BotScope {
  readonly scope: string
  /** Shown by `doctor`, in the manifest and on the page. */
  readonly why: string
}

/** What the app must be allowed to do, and what for: each is needed by a method that is called or an event that is heard. */
export const BOT_SCOPES: readonly BotScope[] = [
  {
    scope: 'app_mentions:read',
    why: 'the same verbs in threads, after a mention',
  },
  {
    scope: 'assistant:write',
    why: 'the conversation with the app, with its suggested prompts',
  },
  {
    scope: 'bookmarks:read',
    why: 'adds each bookmark of an incident’s channel once',
  },
  {
    scope: 'bookmarks:write',
    why: 'dashboard, runbook and console as bookmarks of an incident’s channel',
  },
  {
    scope: 'channels:history',
    why: 'follows edits of what was put on a timeline, and looks for a card whose answer was lost',
  },
  {
    scope: 'channels:manage',
    why: 'makes a channel for a severe incident, names its topic and invites to it',
  },
  {
    scope: 'channels:read',
    why: 'doctor checks that the bot is in its channels',
  },
  {
    scope: 'chat:write',
    why: 'posts and updates the card, answers and direct messages',
  },
  { scope: 'commands', why: 'the slash command /incident and the shortcuts' },
  {
    scope: 'files:write',
    why: 'uploads the picture of an incident; without it the picture is told in words',
  },
  {
    scope: 'groups:history',
    why: 'the same as channels:history, in private channels',
  },
  {
    scope: 'groups:read',
    why: 'the same as channels:read, in private channels',
  },
  { scope: 'im:history', why: 'hears what is said to the app directly' },
  {
    scope: 'im:write',
    why: 'tells one person, for example the next approver',
  },
  {
    scope: 'pins:write',
    why: 'pins the card in an incident’s channel',
  },
  {
    scope: 'reactions:read',
    why: 'a pin as reaction puts a message on the timeline',
  },
  {
    scope: 'users:read',
    why: 'asks whether who decides is a full member: no guest, bot or stranger',
  },
]
