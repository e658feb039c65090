/** The texts with which administrators look after people's accounts; written as in `../en.ts`. */
export const people = {
  'admin.page.people': 'People',

  'accounts.search': 'Search by name',
  'accounts.filter': 'Show',
  'accounts.filter.active': 'Everybody active',
  'accounts.filter.owner': 'Owners',
  'accounts.filter.admin': 'Administrators',
  'accounts.filter.member': 'Members',
  'accounts.filter.guest': 'Guests',
  'accounts.filter.bot': 'Bots',
  'accounts.filter.deactivated': 'Deactivated',
  'accounts.none': 'Nobody fits that.',
  'accounts.none.hint': 'Try another part of the name, or another group.',
  'accounts.back': 'All people',
  'accounts.gone': 'This account does not exist any more.',

  'accounts.role.owner': 'Owner',
  'accounts.role.admin': 'Administrator',
  'accounts.role.member': 'Member',
  'accounts.role.guest': 'Guest',
  'accounts.role.owner.text': 'May do everything, and makes administrators and owners.',
  'accounts.role.admin.text': 'Looks after the server, its members and guests.',
  'accounts.role.member.text': 'Sees public rooms, makes rooms and adds people to them.',
  'accounts.role.guest.text': 'Sees only the rooms that somebody adds them to, and who is there.',
  'accounts.role.stays':
    'They stay in the rooms that they are in. Remove them from those that guests should not see.',
  'accounts.role.give': 'Change role',
  'accounts.role.lost':
    'Guests lose their roles in rooms. Becoming a member again does not bring those back.',
  'accounts.role.done': '{name} is “{role}” now.',

  'accounts.never': 'Never here',
  'accounts.lastSeen': 'Here {time}',
  'accounts.rooms': '{n} room|{n} rooms',
  'accounts.since': 'Since {time}',
  'accounts.deactivatedAt': 'Deactivated {time}',
  'accounts.notYours': 'Only an owner looks after administrators and owners.',

  'accounts.role': 'Role',
  'accounts.password': 'Password',
  'accounts.password.text':
    'Takes the password away and logs them out everywhere. They choose a new one with a link that you pass on.',
  'accounts.password.ask': 'Take {name}’s password away?',
  'accounts.password.reset': 'Make a reset link',
  'accounts.link': 'Link to choose a password',
  'accounts.link.text': 'Copy it now: it is shown only once, and works until {time}.',

  'accounts.sessions': 'Logged in on',
  'accounts.sessions.none': 'Logged in nowhere.',
  'accounts.sessions.endAll': 'Log out everywhere',
  'accounts.sessions.ended': 'Logged out on {n} device.|Logged out on {n} devices.',

  'accounts.deactivate': 'Deactivate',
  'accounts.deactivate.text':
    'Ends the account and every connection at once. What they wrote stays, and they can come back later.',
  'accounts.deactivate.ask': 'Deactivate {name}?',
  'accounts.deactivate.done': '{name} is deactivated.',
  'accounts.reactivate': 'Reactivate',
  'accounts.reactivate.text':
    'Lets them in again with the same account. They choose a new password with a link that you pass on.',

  'accounts.erase': 'Erase for good',
  'accounts.erase.text':
    'Name, picture, sessions, preferences, reactions, saved messages and notifications go. Nothing brings them back; backups have them until they expire.',
  'accounts.erase.messages': 'Their messages',
  'accounts.erase.keep': 'Stay, under “Deleted person”',
  'accounts.erase.delete': 'Are deleted with their files',
  'accounts.erase.confirm': 'To confirm, type the username {name}',
  'accounts.erase.done': '{name} is erased. What is left of the name is removed in the background.',

  'accounts.conflict.owner': 'This is the only owner. Make another one before.',
  'accounts.conflict': 'This has changed meanwhile. Please look again.',
};
