// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IReceiveWithAuthorization} from "../interfaces/IReceiveWithAuthorization.sol";
import {IMarketState} from "../interfaces/IStorageMarket.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title TokenPull
/// @notice Takes tokens from a caller in the way the caller chose.
library TokenPull {
    using SafeERC20 for IERC20;

    uint8 private constant BY_PERMIT = 1;
    uint8 private constant BY_AUTHORIZATION = 2;
    uint256 private constant PERMIT_LENGTH = 160;
    /// @dev Of an authorization with an empty signature: three words, the offset and the length of the signature.
    uint256 private constant AUTHORIZATION_LENGTH = 160;

    /// @notice Moves `amount` from `from` to this contract; what arrives must be what was asked.
    function pull(IERC20 token, address from, uint256 amount, IMarketState.Payment calldata payment) internal {
        uint8 kind = payment.kind;
        require(kind <= BY_PERMIT, IMarketState.PaymentKindUnknown(kind));
        uint256 expected = kind == BY_PERMIT ? PERMIT_LENGTH : 0;
        require(payment.data.length == expected, IMarketState.PaymentDataInvalid(kind, payment.data.length));
        if (amount == 0) return;

        if (kind == BY_PERMIT) _permit(token, from, payment.data);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(from, address(this), amount);
        _checkReceived(token, before, amount);
    }

    /// @notice Moves `amount` from `from` to this contract by an EIP-3009 authorization whose nonce commits to what it pays for.
    /// @param offers EIP-712 struct hashes, in the order of the call.
    function receiveAuthorized(
        IERC20 token,
        address from,
        uint256 amount,
        bytes calldata data,
        bytes32[] memory offers,
        address owner,
        bytes32 manifestHash
    ) internal {
        require(data.length >= AUTHORIZATION_LENGTH, IMarketState.PaymentDataInvalid(BY_AUTHORIZATION, data.length));
        (uint256 validAfter, uint256 validBefore, bytes32 salt, bytes memory signature) = abi.decode(
            data,
            (uint256, uint256, bytes32, bytes)
        );
        bytes32 nonce = keccak256(abi.encode(block.chainid, address(this), offers, owner, manifestHash, salt));
        uint256 before = token.balanceOf(address(this));
        IReceiveWithAuthorization(address(token)).receiveWithAuthorization(
            from,
            address(this),
            amount,
            validAfter,
            validBefore,
            nonce,
            signature
        );
        _checkReceived(token, before, amount);
    }

    function _checkReceived(IERC20 token, uint256 before, uint256 amount) private view {
        uint256 received = token.balanceOf(address(this)) - before;
        require(received == amount, IMarketState.TokenNotExact(amount, received));
    }

    /// @dev A permit that fails is no error: somebody may have sent it first, and then the allowance is there.
    function _permit(IERC20 token, address from, bytes calldata data) private {
        (uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) = abi.decode(
            data,
            (uint256, uint256, uint8, bytes32, bytes32)
        );
        try IERC20Permit(address(token)).permit(from, address(this), value, deadline, v, r, s) {} catch {}
    }
}
