"""Which key to name in a hint: the one that the person's keymap gave to it."""

from textual.dom import DOMNode


def key_cap(node: DOMNode, name: str) -> str:
    """Give the first key of the binding with the id `name`, as the footer writes keys.

    It is looked for at `node`, then outwards up to the app. Whether the binding can be used now
    makes no difference: a hint stays while its letters go into a field. After a change of the
    keymap `screen.bindings_updated_signal` is sent, and hints want drawing anew.

    Raises:
        LookupError: there is no such binding.
    """
    for each in node.ancestors_with_self:
        bindings = each._bindings.copy()
        bindings.apply_keymap(node.app._keymap)
        for _, binding in bindings:
            if binding.id == name:
                return node.app.get_key_display(binding)
    raise LookupError(f'No binding here has the id "{name}".')
