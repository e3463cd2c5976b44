// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IReceiveWithAuthorization
/// @notice The one function of EIP-3009 that a market calls, with a signature of any length as the large stablecoins have it,
/// so that contract wallets can sign too. Only the receiver can use the authorization: nobody can move the money without the deal.
interface IReceiveWithAuthorization {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) external;
}
