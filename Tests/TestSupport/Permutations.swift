/// All orders of a few elements.
package func permutations<Element>(_ elements: some Collection<Element>) -> [[Element]] {
    guard let first = elements.first else { return [[]] }
    return permutations(elements.dropFirst()).flatMap { rest in
        (0...rest.count).map { place in
            var order = rest
            order.insert(first, at: place)
            return order
        }
    }
}
