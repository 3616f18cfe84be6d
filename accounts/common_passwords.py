"""Passwords that whoever guesses tries first. Digits and marks at the end do not make one of these better
(`accounts.passwords`), so short ones stand here too."""

from __future__ import annotations

_WORDS = """
password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword passwordpassword qwerty qwertyuiop
qwertyuiop123 qwerty123456 qwerty12345 qwertyuiopasdf qwer1234 qwerasdf qwerasdfzxcv asdfghjkl asdfghjkl123
asdfasdfasdf zxcvbnm zxcvbnm123 1qaz2wsx 1qaz2wsx3edc 1qaz2wsx3edc4rfv zaq12wsx zaq1xsw2 q1w2e3r4 q1w2e3r4t5
q1w2e3r4t5y6 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y qazwsxedc qazwsxedcrfv abcd1234 abc123456 abcdefghij abcdefg123
a123456789 aa123456 a1234567890 aa12345678 aaa123456 123456789a 1234567890a 123456abc 123456abcdef 123qweasd
123qweasdzxc 123123123a 1234qwer 1234qwerasdf 12345qwert 12345qwerty 123456qwerty 123456qwertyuiop 0987654321
1234567890 12345678910 123456789012 1234567891 1231231231 1122334455 11223344556677 9876543210 147258369 147852369
1472583690 159357456 7894561230 3141592653 31415926535 5201314520 5201314 52013141314 woaini woaini1314
woaini1314520 woaini520 woaini520520 woaiwojia iloveyou iloveyou1314 iloveyou520 ilovechina letmein letmeinplease
welcome welcome123 changeme changemenow changeit default defaultpassword administrator adminadmin admin123456
adminpassword rootroot rootpassword superuser superadmin supervisor hospital hospital123 hospital1234
hospitalhospital medical medicine nurse nursenurse doctor doctordoctor clinic patient wardbell wardbellwardbell
switchboard telephone telephone1 receptionist registration computer internet microsoft windows football baseball
basketball superman batman princess sunshine dragon trustno1 starwars whatever master monkey shadow michael jennifer
jordan zhongguo woaizhongguo beijing2008 shanghai zhangsan lisiwangwu yiyuan renminyiyuan йцукенгшщз йцукенгшщзх
йцукен123456 пароль парольпароль приветпривет любовьлюбовь больница администратор zaqwsxcde haslohaslo haslo12345
polskapolska szpital szpitalszpital kochamcie mojehaslo
"""
COMMON = frozenset(_WORDS.split())
