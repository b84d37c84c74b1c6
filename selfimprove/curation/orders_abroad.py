"""Orders addressed to a model in seven languages besides English; a line of a pattern is layout, a blank any blank."""

# What a page calls the model that reads it.
MODEL = {
    "de": r"(?:ki|k\.i\.|sprachmodelle?n?|chatbots?|(?:ki|ai|sprach)(?: |-)(?:assistent\w*|modelle?n?|system\w*"
    r"|agent\w*))",
    "fr": r"(?:ia|i\.a\.|modeles? de langage|assistants?(?: (?:ia|virtuel))|agents? ia|chatbots?)",
    "es": r"(?:ia|i\.a\.|modelos? de lenguaje|asistentes? (?:de )?(?:ia|virtual)|agentes? (?:de )?ia|chatbots?)",
    "it": r"(?:ia|i\.a\.|ai|modell[oi] linguistic[oi]|assistent[ei] (?:di )?(?:ia|ai|virtuale)|chatbot)",
    "pt": r"(?:ia|i\.a\.|modelos? de linguagem|assistentes? (?:de )?(?:ia|virtual)|agentes? de ia|chatbots?)",
    "nl": r"(?:ai|taalmodel(?:len)?|(?:ai|taal)(?: |-)(?:assistent\w*|model\w*|agent\w*)|chatbots?)",
    "pl": r"(?:ai|si|sztuczn\w+ inteligencj\w+|model\w* jezykow\w+|asystent\w* (?:ai|si)|chatbot\w*)",
}
ADDRESSED = rf"""\bals (?:ein |eine )?{MODEL["de"]}(?: \w+)?,? (?:musst|sollst|hast|darfst|antworte|sage?|empfiehl)\b
    |\b(?:hinweis|achtung|nachricht|anweisung|wichtig|mitteilung|notiz)[\s:!,-]*(?:an
        |fur) (?:die |den |das |alle |jede )?{MODEL["de"]}
        (?= *[:!,.])
    |\b(?:an|liebe) (?:die |alle )?{MODEL["de"]}, ?(?:die|der|das) (?:dies|das|diese)\w*
    |\bwenn du (?:eine? )?{MODEL["de"]} bist\b
    |\ba l'attention (?:de (?:l')?|des )(?:toute )?{MODEL["fr"]}\b(?! (?:generative|et)\b)
    |\ben tant qu'(?:une? )?{MODEL["fr"]},? (?:tu dois|vous devez|ne |reponds|repondez|dis |dites |recommande)
    |\b(?:note|message|instructions?|consignes?|avis|important)[\s:!,-]*(?:a|pour) (?:les |l'|tou(?:te
        |s les) )?{MODEL["fr"]}(?= ?[:!,.])
    |\bsi (?:tu es|vous etes) une? {MODEL["fr"]}\b
    |\ba la atencion de (?:la |las |los |el |cualquier )?{MODEL["es"]}\b|\bsi eres una? {MODEL["es"]}\b
    |\bcomo (?:una? )?{MODEL["es"]},? (?:debes|debe|tienes que|tiene que|no (?:le )?digas|responde|recomienda)\b
    |\b(?:nota|mensaje|instruccion(?:es)?|aviso|importante)[\s:!,-]*(?:para
        |a) (?:la |las |los |el |cualquier )?{MODEL["es"]}(?= ?[:!,.])
    |\ball'attenzione (?:di |dell'|dei |delle )(?:qualsiasi )?{MODEL["it"]}\b|\bse sei una? {MODEL["it"]}\b
    |\b(?:come|in quanto) (?:una? )?{MODEL["it"]},? (?:devi|dovete|non dire|rispondi|raccomanda|consiglia)\b
    |\b(?:nota|messaggio|istruzion[ei]|avviso|importante)[\s:!,-]*per (?:l'
        |la |le |i |gli |il )?{MODEL["it"]}(?= ?[:!,.])
    |\b(?:a|para) atencao d[aeo]s? {MODEL["pt"]}\b|\bse (?:voce e|es|for) uma? {MODEL["pt"]}\b
    |\bcomo (?:uma? )?{MODEL["pt"]},? (?:voce )?(?:deve|deves|tem que|tem de|nao diga|responda|recomende)\b
    |\b(?:nota|mensagem|instruc(?:ao|oes)|aviso|importante)[\s:!,-]*(?:para
        |a) (?:a |as |os |o |qualquer )?{MODEL["pt"]}(?= ?[:!,.])
    |\b(?:aan|voor|attentie) (?:de |alle |elke |het )?{MODEL["nl"]}(?= ?[:!])
    |\bals {MODEL["nl"]} (?:moet|dien|mag|zult) (?:je|jij|u)\b|\bals (?:je|u) een {MODEL["nl"]} bent\b
    |\b(?:uwaga|wiadomosc|instrukcja|notatka|wazne)[\s:!,-]*(?:dla|do) (?:wszystkich )?{MODEL["pl"]}(?= ?[:!,.])
    |\bjako {MODEL["pl"]},? (?:musisz|powinienes|masz|nie mow|odpowiadaj|polecaj)\b|\bjesli jestes {MODEL["pl"]}\b"""
CONCEALED = r"""\b(?:sage?|erzahle?|verrate?|erwahne?|melde)(?: es)? (?:dem|den|der) (?:be)?nutzer(?:n
    |in)? (?:bitte )?(?:nichts|nicht)\b
    |\b(?:sage?|erwahne?|verrate?) (?:das|dies|davon|es) (?:dem|den) (?:be)?nutzern? nicht\b
    |\bne (?:le )?(?:dis|dites|revele[zr]?|mentionne[zr]?
        |montre[zr]?) (?:rien |pas (?:cela |ceci |ca )?)?(?:de (?:cela|ceci) )?
        (?:a l'|aux )utilisat(?:eur|rice)s?\b
    |\bno (?:le |se lo )?(?:digas?|reveles?|menciones?
        |muestres?) (?:nada |esto |eso )?(?:de esto |de eso )?(?:al|a la|a los) usuari[oa]s?\b
    |\bnon (?:dire|rivelare|menzionare|mostrare|dica
        |riveli) (?:nulla |niente |questo |cio )?(?:di questo |di cio )?(?:all'|agli )utent[ei]\b
    |\bnao (?:diga|digas|revele|mencione|mostre|conte) (?:nada |isso |isto )?(?:disso |disto )?(?:ao|aos
        |a) (?:usuario|utilizador)(?:es|s)?\b
    |\b(?:vertel|zeg|onthul|meld)(?: dit| dat
        | het)? (?:tegen |aan )?de gebruikers? (?:hier |er |hierover |hiervan )?(?:niets|niks|niet)\b
    |\b(?:vertel|zeg) (?:niets|niks|dit niet|het niet) (?:tegen|aan) de gebruiker\b
    |\bnie (?:mow|ujawniaj|wspominaj|zdradzaj) (?:nic |niczego |tego |o tym )?uzytkowni(?:kowi|kom)(?: (?:nic
        |niczego|o tym|tego))?\b"""
