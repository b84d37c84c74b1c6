"""Everyday sentences in eight languages, of about 150 letters each, written for tests."""

TEXTS = {
    "en": """
        The bread needs about forty minutes in a hot oven, and it is done when it sounds hollow as you knock on
        its bottom; let it cool on a rack before you cut the first slice.

        You can repair the bicycle yourself if you have a pump, a patch and some patience, but ask someone in
        the shop to look at the brakes before you ride down the hill again.

        Most birds leave our garden in the autumn because there is less to eat, while the small ones stay and
        wait for the seeds that the children put out every morning.
    """,
    "de": """
        Das Brot braucht etwa vierzig Minuten im heißen Ofen und ist fertig, wenn es beim Klopfen hohl klingt;
        lass es auf einem Gitter abkühlen, bevor du die erste Scheibe schneidest.

        Du kannst das Fahrrad selbst reparieren, wenn du eine Pumpe, einen Flicken und etwas Geduld hast, aber
        lass jemanden in der Werkstatt nach den Bremsen sehen, bevor du wieder fährst.

        Die meisten Vögel verlassen unseren Garten im Herbst, weil es weniger zu fressen gibt, während die
        kleinen bleiben und auf die Körner warten, die die Kinder jeden Morgen streuen.
    """,
    "fr": """
        Le pain a besoin d'environ quarante minutes dans un four chaud, et il est cuit quand il sonne creux ;
        laissez-le refroidir sur une grille avant de couper la première tranche.

        Vous pouvez réparer le vélo vous-même si vous avez une pompe, une rustine et un peu de patience, mais
        faites vérifier les freins au magasin avant de redescendre la colline.

        La plupart des oiseaux quittent notre jardin en automne parce qu'il y a moins à manger, tandis que les
        petits restent et attendent les graines que les enfants leur donnent.
    """,
    "es": """
        El pan necesita unos cuarenta minutos en el horno caliente y está listo cuando suena hueco al golpearlo;
        déjalo enfriar sobre una rejilla antes de cortar la primera rebanada.

        Puedes arreglar la bicicleta tú mismo si tienes una bomba, un parche y algo de paciencia, pero pide en
        el taller que revisen los frenos antes de bajar otra vez la cuesta.

        La mayoría de los pájaros deja nuestro jardín en otoño porque hay menos que comer, mientras que los
        pequeños se quedan y esperan las semillas que los niños ponen cada mañana.
    """,
    "it": """
        Il pane ha bisogno di circa quaranta minuti nel forno caldo ed è pronto quando suona vuoto; lascialo
        raffreddare su una griglia prima di tagliare la prima fetta.

        Puoi riparare la bicicletta da solo se hai una pompa, una toppa e un po' di pazienza, ma chiedi in
        officina di controllare i freni prima di scendere di nuovo dalla collina.

        La maggior parte degli uccelli lascia il nostro giardino in autunno perché c'è meno da mangiare, mentre
        i più piccoli restano e aspettano i semi che i bambini mettono ogni mattina.
    """,
    "pt": """
        O pão precisa de cerca de quarenta minutos no forno quente e está pronto quando soa oco; deixe-o
        arrefecer sobre uma grade antes de cortar a primeira fatia.

        Você pode consertar a bicicleta sozinho se tiver uma bomba, um remendo e um pouco de paciência, mas peça
        na oficina para verem os freios antes de descer a ladeira outra vez.

        A maioria dos pássaros deixa o nosso jardim no outono porque há menos para comer, enquanto os pequenos
        ficam e esperam as sementes que as crianças põem todas as manhãs.
    """,
    "nl": """
        Het brood heeft ongeveer veertig minuten nodig in een hete oven en is klaar als het hol klinkt; laat het
        op een rooster afkoelen voordat je de eerste snee afsnijdt.

        Je kunt de fiets zelf repareren als je een pomp, een plakker en wat geduld hebt, maar laat iemand in de
        winkel naar de remmen kijken voordat je de heuvel weer af rijdt.

        De meeste vogels verlaten onze tuin in de herfst omdat er minder te eten is, terwijl de kleine blijven
        en op de zaden wachten die de kinderen elke ochtend neerleggen.
    """,
    "pl": """
        Chleb potrzebuje około czterdziestu minut w gorącym piecu i jest gotowy, gdy brzmi głucho; niech
        ostygnie na kratce, zanim odkroisz pierwszą kromkę.

        Możesz sam naprawić rower, jeśli masz pompkę, łatkę i trochę cierpliwości, ale poproś kogoś w sklepie,
        żeby obejrzał hamulce, zanim znowu zjedziesz ze wzgórza.

        Większość ptaków opuszcza nasz ogród jesienią, bo jest mniej jedzenia, a te małe zostają i czekają na
        ziarna, które dzieci wysypują każdego ranka.
    """,
}
SENTENCES = {code: [" ".join(one.split()) for one in text.split("\n\n")] for code, text in TEXTS.items()}


def cut(text: str, length: int) -> str:
    """The first words of a text, up to `length` letters and signs."""
    return text if len(text) <= length else text[: length + 1].rsplit(" ", 1)[0]
