/** The texts of logging in with a second factor; written as in `../en.ts`. */
export const twoFactor = {
  'settings.security': 'Security',
  'twoFactor.title': 'Two-factor login',
  'twoFactor.text':
    'Besides your password, a login asks for a code from an app on your phone. Somebody who gets hold of your password then still cannot log in.',
  'twoFactor.turnOn': 'Turn on',
  'twoFactor.turnOff': 'Turn off',
  'twoFactor.turnOff.text': 'After that your password alone is enough to log in.',
  'twoFactor.turnOff.done': 'Two-factor login was turned off.',
  'twoFactor.on': 'On since {time}',
  'twoFactor.left': '{n} recovery code left|{n} recovery codes left',
  'twoFactor.few': 'Make new ones before they run out.',
  'twoFactor.required': 'Your team requires it, so it cannot be turned off.',
  'twoFactor.renew': 'New recovery codes',
  'twoFactor.renew.text': 'The codes that you have now stop working.',
  'twoFactor.continue': 'Continue',

  'twoFactor.password': 'Your password',
  'twoFactor.password.text': 'To begin with, please confirm that it is you.',
  'twoFactor.scan': 'Scan this code with an authenticator app',
  'twoFactor.scan.text':
    'For example 1Password, Google Authenticator, Microsoft Authenticator or your phone’s own password app.',
  'twoFactor.qr': 'QR code for an authenticator app',
  'twoFactor.secret': 'Or type this key into the app',
  'twoFactor.secret.copy': 'Copy the key',
  'twoFactor.code': 'Code from the app',
  'twoFactor.code.hint': 'Six digits, a new one every 30 seconds',
  'twoFactor.either': 'Code from the app or a recovery code',
  'twoFactor.recovery': 'Recovery code',
  'twoFactor.recovery.hint': 'Each works once. Upper and lower case do not matter.',

  'twoFactor.elsewhere': 'Turning it on logs you out on your other devices.',

  'twoFactor.codes': 'Save your recovery codes',
  'twoFactor.codes.text':
    'If you lose your phone, each of these codes lets you log in once. They are shown only now: keep them somewhere safe, but not on your phone alone.',
  'twoFactor.codes.file': 'Recovery codes of {name} for {team}',
  'twoFactor.codes.done': 'I have saved them',
  'twoFactor.done': 'Two-factor login is on.',

  'twoFactor.already':
    'Two-factor login is on already. If you have not saved the recovery codes, make new ones.',

  'twoFactor.wrongPassword': 'This is not your password.',
  'twoFactor.wrongCode': 'This code is wrong or was used already. Please enter the current one.',
  'twoFactor.tooLate': 'That took too long. Please begin again.',

  'login.code.title': 'Enter your code',
  'login.code.text':
    'Open your authenticator app and enter the six digits that it shows for {team}.',
  'login.code.recovery.text':
    'Enter one of the codes that you saved when you turned two-factor login on.',
  'login.code.useRecovery': 'Use a recovery code instead',
  'login.code.useApp': 'Use the app instead',
  'login.code.lost': 'If you have neither, an administrator can reset your two-factor login.',
  'login.code.back': 'Back to the login',

  'twoFactor.due.title': 'Set up two-factor login',
  'twoFactor.due.text': '{team} asks for a second factor besides the password. It takes a minute.',

  'accounts.twoFactor.tag': 'Logs in with a second factor',
  'accounts.twoFactor.text':
    'For somebody who lost their phone and their recovery codes. They are logged out everywhere; the password stays.',
  'accounts.twoFactor.reset': 'Reset two-factor login',
  'accounts.twoFactor.ask': 'Reset {name}’s two-factor login?',
  'accounts.twoFactor.done': '{name}’s two-factor login was reset.',

  'team.requireTwoFactor': 'Who needs two-factor login',
  'team.requireTwoFactor.nobody': 'Nobody',
  'team.requireTwoFactor.administrators': 'Administrators and owners',
  'team.requireTwoFactor.everybody': 'Everybody',
  'team.requireTwoFactor.warning':
    'Whoever has not turned it on is logged out now and sets it up with the next login. Bots are not affected.',
  'team.requireTwoFactor.own':
    'Turn on two-factor login for yourself first, in your settings under Security.',

  'audit.act.twoFactor.on': 'Two-factor login turned on',
  'audit.act.twoFactor.off': 'Two-factor login turned off',
  'audit.act.twoFactor.reset': 'Two-factor login reset',
  'audit.act.twoFactor.codes': 'Recovery codes replaced',
  'audit.act.twoFactor.recovery': 'Logged in with a recovery code',
  'audit.detail.requireTwoFactor': 'who needs two-factor login',
};
