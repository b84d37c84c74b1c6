"""The words that stand where a password could, in sentences, forms and settings."""

from selfimprove.privacy.rules.rule import words

# What follows "my password is" without being one.
NOT_ONE = words(
    """
    not the a an in on at no so too very also only never always now still being been set stored saved kept
    hashed encrypted required needed missing wrong incorrect correct invalid valid empty blank null none true
    false undefined expired expiring weak strong strongest secure insecure safe unsafe short long longer old new
    same different unique unknown changed reset compromised leaked stolen exposed protected protecting forgotten
    lost broken working accepted rejected denied failing failed visible hidden shown displayed sent something
    nothing anything everything what that this it your my his her their our you me them important easy hard
    difficult simple complex random generated optional mandatory used use case part just exactly about like
    between more less at least nicht kein keine falsch richtig ungultig abgelaufen vergessen verloren zu sehr
    leer neu alt sicher unsicher gespeichert erforderlich pas trop incorrect incorrecte oublie oubliee perdu
    vide expire valide invalide faux faible requis securise no incorrecta incorrecto correcta valida invalida
    olvidada muy debil segura vacia requerida necesaria nao incorreta correta fraca forte segura vazia
    obrigatoria esquecida muito non errata sbagliata corretta scaduta debole sicura vuota richiesta dimenticata
    molto niet onjuist verkeerd verlopen vergeten zwak sterk leeg vereist te nie bledne niepoprawne poprawne
    wygaslo slabe silne puste wymagane za string str text varchar password passwd passphrase secret changeme
    passwort kennwort contrasena senha wachtwoord haslo
    change yourpassword your_password example placeholder redacted todo tbd case-sensitive
    """
)
# What else is said of one in a sentence; a phrase of words may hold some of these.
SAID = words(
    """
    gone dead public private shared ready fine okay good bad here there below above follows following back back-up
    base64 sha1 sha256 sha512 md5 utf8
    unten folgendes oben wie suivant ci-dessous siguiente abajo seguinte abaixo seguente sotto hieronder ponizej
    geandert verandert zuruckgesetzt gesperrt lang kurz einfach schwer leicht geheim verschlusselt pflicht notig korrekt
    obligatoire facultatif change modifie perime expiree perdue bloque enregistre chiffre long court facile difficile
    sur secret correct bon mauvais egal nouveau ancien identique
    obligatoria obligatorio cambiada modificada caducada perdida bloqueada guardada cifrada larga corta facil dificil
    mala buena nueva antigua distinta igual privada publica secreta
    alterada mudada expirada perdida bloqueada salva longa curta nova antiga diferente igual boa ruim secreta
    obbligatoria cambiata modificata persa bloccata salvata cifrata lunga corta breve semplice difficile facile nuova
    vecchia diversa uguale giusta segreta
    verplicht gewijzigd veranderd kwijt geblokkeerd opgeslagen versleuteld lang kort makkelijk moeilijk eenvoudig nieuw
    oud anders gelijk juist geheim nodig
    pbkdf2 argon2 argon2i argon2d argon2id aes128 aes256 aes-128 aes-256 sha-1 sha-256 sha-512 sha3 hs256 rs256
    hmac-sha256 hmacsha256 ntlmv2 aes-256-gcm aes-256-cbc stdin stdout stderr
    login logon submit cancel username signin signup log-in sign-in anmelden einloggen benutzername connexion connecter
    identifiant entrar acceder usuario accedi inloggen gebruikersnaam zaloguj
    1password keepass2 keepassx keepassxc keepass2android
    nieprawidlowe prawidlowe zmienione zablokowane zapomniane zgubione zapisane zaszyfrowane dlugie krotkie latwe trudne
    proste nowe stare inne takie dobre zle tajne
    """
)
