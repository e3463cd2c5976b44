// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlotDerivation} from "@openzeppelin/contracts/utils/SlotDerivation.sol";

/// @title MarketSlots
/// @notice Where a market keeps what it has no function for. The layout is that of the specification and never changes.
library MarketSlots {
    using SlotDerivation for bytes32;

    bytes32 private constant OFFERS = bytes32(uint256(5));
    bytes32 private constant LISTS = bytes32(uint256(7));
    bytes32 private constant NONCES = bytes32(uint256(9));
    bytes32 private constant OWN_OBJECTS = bytes32(uint256(10));
    bytes32 private constant RECEIVED_OBJECTS = bytes32(uint256(11));
    bytes32 private constant CONSENTS = bytes32(uint256(15));
    bytes32 private constant PUBLISHED_HASHES = bytes32(uint256(17));

    /// @notice What deals that were opened together share, by the first of them.
    function offer(uint256 headDeal) internal pure returns (bytes32) {
        return OFFERS.deriveMapping(headDeal);
    }

    /// @notice Begin of a provider's list: deal ids of 32 bits, packed.
    function list(uint256 provider) internal pure returns (bytes32) {
        return LISTS.deriveMapping(provider);
    }

    /// @notice One word of a provider's used nonces.
    function nonces(uint256 provider, uint256 word) internal pure returns (bytes32) {
        return NONCES.deriveMapping(provider).deriveMapping(word);
    }

    /// @notice Length of an owner's objects; they begin at `deriveArray` of it, 64 bits each, packed.
    function objects(address owner, bool received) internal pure returns (bytes32) {
        return (received ? RECEIVED_OBJECTS : OWN_OBJECTS).deriveMapping(owner);
    }

    /// @notice One word of a signer's used consents.
    function consents(address signer, uint256 word) internal pure returns (bytes32) {
        return CONSENTS.deriveMapping(signer).deriveMapping(word);
    }

    /// @notice Hash of the newest manifest that `owner` published for a deal.
    function publishedHash(address owner, uint256 firstDeal) internal pure returns (bytes32) {
        return PUBLISHED_HASHES.deriveMapping(owner).deriveMapping(firstDeal);
    }
}
